/* Signing by finger, pen or mouse, on a bad line: what was drawn and entered stays on this machine until the portal
   has it. A form says data-keep="<sheet and signer>"; its pad is an svg inside .pad, its drawing goes into [name=strokes]. */
(function () {
  "use strict";

  var WIDTH = 1000, AGAIN = 15000;

  document.querySelectorAll("form[data-keep]").forEach(start);
  document.querySelectorAll("[data-sealed]").forEach(function (sealed) { forget("sign:" + sealed.dataset.sealed); });

  /* What was kept for a sheet that is sealed by now is of no use to anybody. */
  function forget(start) {
    Object.keys(localStorage).forEach(function (key) {
      if (key.indexOf(start) === 0) { localStorage.removeItem(key); }
    });
  }

  function start(form) {
    var key = "sign:" + form.dataset.keep;
    var pad = form.querySelector(".pad > svg"), drawing = pad ? padOf(form, pad, save) : null;
    var told = form.querySelector("[data-told]"), waiting = null, sending = false;

    restore();
    form.addEventListener("input", save);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      if (drawing && drawing.isEmpty()) { return tell(["还没有签名，在签名区书写后再确认"]); }
      save();
      send();
    });
    window.addEventListener("online", function () { if (waiting) { send(); } });

    function fields() {
      return Array.prototype.filter.call(form.elements, function (one) {
        return one.name && ["hidden", "file", "password", "submit", "button"].indexOf(one.type) < 0;
      });
    }

    function save() {
      var kept = { at: Date.now(), fields: {}, drawing: drawing && drawing.value() };
      fields().forEach(function (one) { kept.fields[one.name] = one.type === "checkbox" ? one.checked : one.value; });
      try { localStorage.setItem(key, JSON.stringify(kept)); } catch (full) { return; }
      say("已存本机 " + clock(kept.at));
    }

    function restore() {
      var kept;
      try { kept = JSON.parse(localStorage.getItem(key) || "null"); } catch (damaged) { kept = null; }
      if (!kept) { return; }
      fields().forEach(function (one) {
        if (!(one.name in kept.fields)) { return; }
        if (one.type === "checkbox") { one.checked = kept.fields[one.name]; } else { one.value = kept.fields[one.name]; }
      });
      if (drawing && kept.drawing) { drawing.draw(kept.drawing); }
      var fold = form.closest("details");
      if (fold) { fold.open = true; }
      say("已恢复本机 " + clock(kept.at) + " 的内容，核对后确认");
    }

    function send() {
      if (sending) { return; }
      sending = true;
      clearTimeout(waiting);
      waiting = null;
      if (drawing) { form.elements.strokes.value = JSON.stringify(drawing.value()); }
      say("正在送出");
      fetch(form.action, {
        method: "POST", body: new FormData(form), credentials: "same-origin", headers: { "X-Requested-With": "fetch" }
      }).then(function (response) {
        sending = false;
        var json = (response.headers.get("Content-Type") || "").indexOf("json") >= 0;
        if (!json) { return tell([response.redirected ? "登录已过期。内容留在本机，重新登录后回到本页" : "没有办成。内容留在本机，刷新页面后再送"]); }
        return response.json().then(answered);
      }).catch(function () {
        sending = false;
        tell(["连接断了，没有送出。内容已存本机，联网后自动再送；可以继续办别的"]);
        waiting = setTimeout(send, AGAIN);
      });
    }

    function answered(answer) {
      if (answer.errors) { return tell(answer.errors); }
      localStorage.removeItem(key);
      location.assign(answer.url);
    }

    function tell(sentences) {
      told.hidden = false;
      told.replaceChildren.apply(told, sentences.map(function (sentence) {
        var line = document.createElement("p");
        line.textContent = sentence;
        return line;
      }));
    }

    function say(words) {
      document.querySelectorAll("[data-saved]").forEach(function (place) { place.textContent = words; });
    }
  }

  function clock(at) {
    return new Date(at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
  }

  /* The pad: strokes as lists of whole points in a box WIDTH wide, drawn as one path each. */
  function padOf(form, svg, changed) {
    var strokes = [], current = null, pointer = null;
    var height = Math.round(WIDTH * svg.clientHeight / svg.clientWidth) || 490;
    box();

    svg.addEventListener("pointerdown", function (event) {
      if (pointer !== null || event.button > 0) { return; }
      event.preventDefault();
      pointer = event.pointerId;
      try { svg.setPointerCapture(pointer); } catch (gone) { /* a pen that left at once */ }
      current = [];
      strokes.push(current);
      svg.appendChild(path());
      add(event);
    });
    svg.addEventListener("pointermove", function (event) {
      if (event.pointerId !== pointer) { return; }
      var all = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
      (all.length ? all : [event]).forEach(add);
    });
    ["pointerup", "pointercancel"].forEach(function (name) {
      svg.addEventListener(name, function (event) {
        if (event.pointerId !== pointer) { return; }
        pointer = null;
        changed();
      });
    });
    form.querySelectorAll("[data-pad]").forEach(function (button) {
      button.addEventListener("click", function () {
        if (button.dataset.pad === "undo") { strokes.pop(); } else { strokes = []; }
        redraw();
        changed();
      });
    });

    function box() { svg.setAttribute("viewBox", "0 0 " + WIDTH + " " + height); }

    function path() {
      var one = document.createElementNS("http://www.w3.org/2000/svg", "path");
      one.setAttribute("class", "stroke");
      return one;
    }

    function add(event) {
      var at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      var point = [within(at.x, WIDTH), within(at.y, height)], last = current[current.length - 1];
      if (last && last[0] === point[0] && last[1] === point[1]) { return; }
      current.push(point);
      svg.lastElementChild.setAttribute("d", line(current));
    }

    function within(value, most) { return Math.min(most, Math.max(0, Math.round(value))); }

    function line(points) {
      var tail = points.length > 1 ? points.slice(1) : [[points[0][0] + 1, points[0][1]]];
      return "M" + points[0].join(" ") + tail.map(function (point) { return "L" + point.join(" "); }).join("");
    }

    function redraw() {
      svg.replaceChildren();
      strokes.forEach(function (points) {
        var one = path();
        one.setAttribute("d", line(points));
        svg.appendChild(one);
      });
    }

    return {
      isEmpty: function () { return !strokes.length; },
      value: function () { return { width: WIDTH, height: height, strokes: strokes }; },
      draw: function (kept) { height = kept.height; strokes = kept.strokes; box(); redraw(); }
    };
  }
})();
