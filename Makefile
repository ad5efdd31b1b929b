# The recipes are one line each; what they do is in config/setup/.
.DEFAULT_GOAL := help
.PHONY: help run install test check rules bench-daily bench-print bench-batch format

help: ## 列出全部命令
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

run: ## 安装所需、准备演示数据，在 http://127.0.0.1:8000 启动（PORT=8001 make run 换端口）
	@config/setup/run.sh

install: ## 正式运行所需的系统库、Python 包和打印字体，不启动
	@config/setup/install.sh

test: ## 全部测试：先 SQLite，再 PostgreSQL（DATABASE_URL 或本机 5432 端口）
	@config/setup/test.sh

check: ## 格式、静态检查、模板、迁移、生产环境设置、状态图
	@config/setup/check.sh

rules: ## 协议规则与测试对照：每条规则由哪些测试证明，哪些还没有
	@config/setup/rules.sh

bench-daily: ## 每日办理的用时：一万份和十万份协议，同样一百份到期，比值须小于 1.5
	@config/setup/bench_daily.sh

bench-print: ## 打印一份协议的用时：套印须不低于逐份排版的 200 倍，签章的 150 倍；装有 LibreOffice 时另作比较
	@config/setup/bench_print.sh

bench-batch: ## 批量打印的用时：五千份已签协议经队列、两个工作进程，须在三十秒内，每个进程不到 300 MB
	@config/setup/bench_batch.sh

format: ## 按统一格式改写代码和模板
	@config/setup/format.sh
