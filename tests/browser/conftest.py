"""A real browser on a real server. Whatever the console says against the page fails the test."""

import os
import shutil

import pytest

from ..conftest import PASSWORD

# Playwright runs an event loop in this thread; the tests' own database calls beside it are harmless.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
BROWSERS = ["chromium", "chromium-browser", "google-chrome"]


@pytest.fixture(scope="session")
def browser_type_launch_args():
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert found, "没有 Chromium：make test 会安装它"
    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-sync",
    ]
    return {"executable_path": found, "args": flags}


@pytest.fixture(scope="session")
def browser_context_args():
    return {"locale": "zh-CN", "viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def complaints(page):
    """What the page's console reported and which requests failed or left this host."""
    found = []
    page.on(
        "console",
        lambda message: found.append(message.text) if message.type in ("error", "warning") else None,
    )
    page.on(
        "requestfailed",
        lambda request: (
            found.append(f"failed {request.url}") if "ERR_ABORTED" not in str(request.failure) else None
        ),
    )
    page.on(
        "request",
        lambda request: (
            found.append(f"outside {request.url}")
            if "//localhost" not in request.url and not request.url.startswith("data:")
            else None
        ),
    )
    return found


@pytest.fixture
def log_in(page, live_server):
    def as_person(username):
        page.context.clear_cookies()
        page.goto(f"{live_server.url}/login/")
        page.get_by_label("账号", exact=True).fill(username)
        page.get_by_label("密码", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(f"{live_server.url}/")

    return as_person
