// The pages of `cs231n mark`. A stroke is one change of one answer. It goes into a queue, which is kept in the
// browser's storage until the server has confirmed that the gradebook has it, and strokes are sent one at a time.
"use strict";

const find = (id) => document.getElementById(id);
const page = document.body.dataset;
const POLL = 4000, MOST_PAUSE = 10000, PATIENCE = 30000, TYPING = 700;  // milliseconds

function made(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

class Refused extends Error {
  constructor(status, said) {
    super(said.message || `error ${status}`);
    this.status = status;
    this.said = said;
  }
}

async function call(path, body) {
  const signal = AbortSignal.timeout(PATIENCE);
  const options = body === undefined ? {signal} : {
    signal,
    method: "POST",
    headers: {"Content-Type": "application/json", "X-XSRFToken": page.xsrf},
    body: JSON.stringify(body),
  };
  const answer = await fetch(path, options);
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, said);
  return said;
}

function showSaved(text, waiting) {
  find("saved").textContent = text;
  find("saved").classList.toggle("waiting", waiting);
}

function showTrouble(text) {
  find("trouble").hidden = !text;
  if (find("trouble").textContent !== text) find("trouble").textContent = text;
}

if (page.page === "overview") {
  for (const input of document.querySelectorAll(".assigned")) {
    input.addEventListener("change", async () => {
      try {
        await call(`/api/question/${input.dataset.question}/assigned`, {to: input.value});
        showTrouble("");
        showSaved("Saved", false);
      } catch (error) {
        showTrouble(`Not saved: ${error.message}`);
      }
    });
  }
} else if (page.page === "question") {
  startMarking();
}

function startMarking() {
  const api = `/api/question/${page.question}`;
  const stored = `cs231n-mark:${page.question}:`;
  const own = stored + Math.random().toString(36).slice(2);
  let question = null;  // what does not change while the page is open
  let now = null;       // the scheme and all marks, as this marker has seen them
  let current = null;   // the id of the answer that is shown
  let shown = [];       // the ids in the list
  let queue = [];       // strokes that are not saved: {id, change, work, scheme}
  let sending = false;
  const works = new Map();  // id -> the answer's HTML and digest
  const history = [];       // for undo
  const drafts = new Map(); // id -> a comment that could not be saved
  let typing = null;        // the id of the answer whose comment is being typed
  let timer = null;

  // --- what is shown ---------------------------------------------------------------------------

  /** The mark of an answer with the strokes that are not saved yet. */
  function view(id) {
    const mark = {...now.marks[id]};
    for (const {change} of queue.filter((stroke) => stroke.id === id)) {
      if (change.ticks) {
        mark.ticks = change.ticks;
        mark.points = mark.waiting = undefined;  // the server will say
      }
      if (change.unmark) Object.assign(mark, {ticks: [], points: null, waiting: mark.auto === null});
      if (change.points !== undefined) Object.assign(mark, {points: change.points, waiting: false});
      for (const key of ["extra", "comment", "flagged"]) if (change[key] !== undefined) mark[key] = change[key];
    }
    return mark;
  }

  const answerOf = (id) => question.byId.get(id);
  const number = (value) => String(Math.round(value * 1000) / 1000);

  function given(mark) {
    if (mark.points === undefined) return "…";
    const extra = mark.extra ? ` + ${number(mark.extra)}` : "";
    if (mark.points === null) return mark.waiting ? "–" : `${number(mark.auto)}${extra} (auto)`;
    return `${number(mark.points)}${extra}${mark.waiting ? " (look again)" : ""}`;
  }

  function title(answer) {
    return answer.who || `Answer ${answer.number}`;
  }

  const ticked = (id, line) => view(id).ticks.includes(line);

  function matches(id) {
    const mark = view(id), answer = answerOf(id), [kind, line] = find("filter").value.split(":");
    const wanted = find("search").value.trim().toLowerCase();
    if (wanted && !`${title(answer)} ${answer.preview}`.toLowerCase().includes(wanted)) return false;
    switch (kind) {
      case "open": return Boolean(mark.waiting);
      case "flagged": return mark.flagged;
      case "marked": return mark.points !== null && !mark.waiting;
      case "blank": return answer.blank;
      case "with": return mark.points !== null && ticked(id, line);
      case "without": return mark.points !== null && !ticked(id, line);
      default: return true;
    }
  }

  function listButton(answer) {
    const button = made("button", {type: "button", tabIndex: -1},
      made("span", {className: "whose", textContent: title(answer)}), made("span", {className: "given"}),
      made("span", {className: "preview", dir: "auto", textContent: answer.blank ? "[blank]" : answer.preview}));
    button.addEventListener("click", () => open(answer.id));
    return button;
  }

  function showList() {
    shown = question.answers.map((answer) => answer.id).filter((id) => id === current || matches(id));
    find("list").replaceChildren(...shown.map((id) => made("li", {}, answerOf(id).button)));
    if (!shown.length) find("list").append(made("li", {textContent: "No answers."}));
    question.answers.forEach((answer) => showInList(answer.id));
  }

  function showInList(id) {
    const {button} = answerOf(id), mark = view(id), text = button.querySelector(".given");
    text.textContent = `${mark.flagged ? "⚑ " : ""}${given(mark)}`;
    text.classList.toggle("open", mark.points === null);
    if (id === current) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    button.tabIndex = id === current ? 0 : -1;
  }

  function showProgress() {
    const marks = question.answers.map((answer) => view(answer.id));
    const done = marks.filter((mark) => !mark.waiting).length;
    Object.assign(find("progress"), {max: Math.max(marks.length, 1), value: done});
    find("count").textContent = `${done} of ${marks.length} marked`;
    const blanks = question.answers.filter((answer) => answer.blank && view(answer.id).waiting).length;
    const button = document.querySelector("[data-do=blank]");
    button.hidden = !blanks;
    button.textContent = `Give 0 points to ${blanks} blank answer${blanks === 1 ? "" : "s"}`;
    if (queue.length) showSaved(`${queue.length} not saved yet`, true);
    else showSaved(marks.length ? "All saved" : "", false);
  }

  function identical(id) {
    const {group} = answerOf(id);
    if (!group) return 0;
    const others = question.answers.filter((answer) => answer.group === group && answer.id !== id);
    return others.filter((answer) => now.marks[answer.id].points === null).length;
  }

  function showScheme() {
    const lines = now.lines.map((line, place) => {
      const box = made("input", {type: "checkbox", value: line.id});
      box.addEventListener("change", () => toggle(place));
      return made("label", {className: "line"}, box, made("kbd", {textContent: place < 9 ? place + 1 : ""}),
        made("span", {className: "worth", textContent: number(line.points)}), made("span", {innerHTML: line.html}));
    });
    find("lines").replaceChildren(find("lines").querySelector("legend"), ...lines);
    const options = now.lines.flatMap((line, place) => ["with", "without"].map((kind) => made("option", {
      value: `${kind}:${line.id}`, textContent: `${kind} line ${place + 1}: ${line.text.slice(0, 40)}`,
    })));
    const chosen = find("filter").value;
    find("by-line").replaceChildren(...options);
    find("filter").value = chosen;
    if (find("filter").selectedIndex < 0) find("filter").value = "all";
    const sum = now.lines.reduce((total, line) => total + Math.max(line.points, 0), 0);
    find("sum").hidden = !lines.length || Math.abs(sum - now.max) < 1e-9;
    find("sum").textContent = `The lines add up to ${number(sum)} of ${number(now.max)} points.`;
    find("remarks").replaceChildren(...now.remarks.map((remark) => {
      const use = made("button", {type: "button", textContent: remark.text, dir: "auto"});
      use.addEventListener("click", () => useRemark(remark.text));
      const drop = made("button", {type: "button", textContent: "Remove", ariaLabel: `Remove the remark ${remark.text}`});
      drop.addEventListener("click", () => atOnce("remark/drop", () => ({id: remark.id})));
      return made("li", {}, use, drop);
    }));
    find("remarks-box").hidden = false;
  }

  function showMark() {
    if (!current) return;
    const mark = view(current), answer = answerOf(current);
    for (const box of find("lines").querySelectorAll("input")) box.checked = mark.ticks.includes(box.value);
    if (document.activeElement !== find("points")) find("points").value = mark.points ?? "";
    if (document.activeElement !== find("extra")) find("extra").value = mark.extra || "";
    if (typing !== current) find("comment").value = drafts.get(current) ?? mark.comment;
    find("auto-comment").textContent = mark.auto_comment && !mark.comment ? `The student reads: ${mark.auto_comment}` : "";
    const free = mark.points === undefined ? 0 : mark.free;
    find("free").textContent = free && !queue.length ? `${free > 0 ? "+" : "−"}${number(Math.abs(free))} beyond the lines` : "";
    const flag = document.querySelector("[data-do=flag]");
    flag.setAttribute("aria-pressed", String(Boolean(mark.flagged)));
    const count = identical(current), same = document.querySelector("[data-do=same]");
    same.hidden = !count || mark.points === null;
    same.replaceChildren(`Give the same to ${count} identical answer${count === 1 ? "" : "s"} `, made("kbd", {textContent: "a"}));
    const by = mark.marker ? `Last changed by ${mark.marker}, ${mark.changed} UTC. ` : "";
    const twins = answer.group ? `${question.answers.filter((a) => a.group === answer.group).length} answers are identical. ` : "";
    const state = mark.points !== null && mark.waiting ? "The work has changed since it was marked. " : "";
    find("about").textContent = state + by + twins + (answer.blank ? "Blank." : "");
    showInList(current);
  }

  function showAll() {
    showScheme();
    question.answers.forEach((answer) => showInList(answer.id));
    showMark();
    showProgress();
  }

  /** Say something; it stays until it is closed, or with `briefly` until another answer is opened. */
  function tell(text, briefly = false) {
    find("told").hidden = !text;
    find("told").textContent = text;
    find("told").classList.toggle("briefly", briefly);
    if (text) {
      const close = made("button", {type: "button", textContent: "OK"});
      close.addEventListener("click", () => tell(""));
      find("told").append(close);
    }
  }

  // --- one answer ------------------------------------------------------------------------------

  async function work(id) {
    if (!works.has(id)) {
      const found = await call(`${api}/answer/${id}`);
      works.set(id, found);
      if (works.size > 30) works.delete(works.keys().next().value);
    }
    return works.get(id);
  }

  async function open(id) {
    if (!id) return;
    finishComment();
    const before = current;
    current = id;
    if (before) showInList(before);
    if (!shown.includes(id)) showList();
    const answer = answerOf(id);
    find("who").textContent = `${title(answer)}${answer.who ? `, answer ${answer.number}` : ""} of ${question.answers.length}`;
    if (find("told").classList.contains("briefly")) tell("");
    showMark();
    scrollList(answer.button);
    if (before && before !== id) find("who").scrollIntoView({block: "nearest"});
    window.history.replaceState(null, "", `#${id}`);
    find("answer").ariaBusy = "true";
    if (!works.has(id)) for (const part of ["answer", "before"]) find(part).textContent = "Loading …";
    try {
      const found = await work(id);
      if (current !== id) return;
      // the server has cleaned this HTML, and the page's policy lets no script in it run
      find("answer").innerHTML = found.html || "<p>[no answer]</p>";
      find("before").innerHTML = found.before;
      find("before-box").hidden = !found.before;
      find("answer").ariaBusy = "false";
      find("cut").hidden = !found.cut;
      if (found.cut) {
        const link = made("a", {href: `/question/${page.question}/answer/${id}/text`, target: "_blank", rel: "noopener",
          textContent: `Show all ${found.length.toLocaleString("en")} characters`});
        find("cut").replaceChildren("Only the beginning is shown. ", link);
      }
      const next = shown[shown.indexOf(id) + 1];
      if (next) work(next).catch(() => {});
    } catch (error) {
      if (current === id) failed(error, () => current === id && open(id));
    }
  }

  /** Scroll the list, where it has a height of its own, so that a button is visible; leave the page where it is. */
  function scrollList(button) {
    const box = button.closest(".listing");
    if (!box || box.scrollHeight <= box.clientHeight) return;
    const [outer, inner] = [box.getBoundingClientRect(), button.getBoundingClientRect()];
    if (inner.top < outer.top) box.scrollTop -= outer.top - inner.top;
    if (inner.bottom > outer.bottom) box.scrollTop += inner.bottom - outer.bottom;
  }

  function failed(error, again) {
    showTrouble(troubleOf(error));
    setTimeout(again, POLL);
  }

  function move(step) {
    open(shown[shown.indexOf(current) + step]);
  }

  function nextUnmarked() {
    const ids = question.answers.map((answer) => answer.id), place = ids.indexOf(current);
    const found = [...ids.slice(place + 1), ...ids.slice(0, place)].find((id) => view(id).waiting);
    if (found) open(found);
    else tell("All answers are marked.", true);
  }

  // --- strokes ---------------------------------------------------------------------------------

  function stroke(change, undoing = false) {
    const seen = current && works.get(current);
    if (!seen || find("answer").ariaBusy === "true") {
      showMark();
      return tell("Nothing was changed: wait until the answer is shown.", true);
    }
    const before = view(current);
    if (!undoing) history.push({id: current, before, scheme: now.scheme});
    queue.push({id: current, change, work: seen.whole, scheme: now.scheme});
    keep();
    showMark();
    showProgress();
    send();
  }

  function toggle(place) {
    const line = now.lines[place];
    if (!line || !current) return;
    const {ticks} = view(current);
    stroke({ticks: ticks.includes(line.id) ? ticks.filter((id) => id !== line.id) : [...ticks, line.id].sort()});
  }

  /** Tick every line that gives points, and none that takes them; again: nothing. */
  function allLines() {
    const lines = now.lines.filter((line) => line.points > 0).map((line) => line.id).sort();
    if (!lines.length) return tell("The scheme has no lines to tick. Type the points: p.", true);
    stroke({ticks: String(lines) === String([...view(current).ticks].sort()) ? [] : lines});
  }

  async function undo() {
    finishComment();
    const last = history.pop();
    if (!last) return tell("There is nothing to undo.", true);
    if (last.id !== current) await open(last.id);
    const {points, ticks, extra, comment, flagged} = last.before;
    const marks = points === null ? {unmark: true} : points === undefined ? {ticks} : {ticks, points};
    drafts.delete(last.id);
    stroke({...marks, extra: extra || 0, comment, flagged: Boolean(flagged)}, true);
  }

  function keep() {
    if (queue.length) localStorage.setItem(own, JSON.stringify(queue));
    else localStorage.removeItem(own);
  }

  /** The strokes that an earlier page could not save. */
  function kept() {
    const found = [];
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith(stored))) {
      try {
        found.push(...JSON.parse(localStorage.getItem(key)));
      } catch { /* not a queue */ }
      localStorage.removeItem(key);
    }
    return found.filter((one) => one && one.change && now.marks[one.id]);
  }

  function troubleOf(error) {
    const count = queue.length, what = count ? `${count} change${count === 1 ? " is" : "s are"} not saved: ` : "";
    const rest = count ? " Nothing is lost: this page keeps them and tries again." : " This page tries again.";
    if (!(error instanceof Refused)) return `${what}the server does not answer. Is cs231n mark still running?${rest}`;
    if (error.status === 403) return `${what}cs231n mark was started again. Open the address that it printed, in another tab.${rest}`;
    return `${what}${error.message}${rest}`;
  }

  async function send() {
    if (sending) return;
    sending = true;
    let pause = 500;
    while (queue.length) {
      const first = queue[0];
      try {
        const seen = {mark: now.marks[first.id].seen, scheme: first.scheme, work: first.work};
        const result = await call(`${api}/answer/${first.id}`, {...seen, change: first.change});
        queue.shift();
        now.marks[first.id] = result.mark;
        showInList(first.id);
        if (first.change.comment !== undefined) drafts.delete(first.id);
        showTrouble("");
        pause = 500;
      } catch (error) {
        if (error.status === 409) await conflict(first, error.said.conflict);
        else if (error.status === 400 || error.status === 404) {
          queue.shift();
          tell(`Not saved: ${error.message}`);
        } else {
          showTrouble(troubleOf(error));
          showProgress();
          await new Promise((done) => setTimeout(done, pause));
          pause = Math.min(2 * pause, MOST_PAUSE);
          continue;
        }
      }
      keep();
      showMark();
      showProgress();
    }
    sending = false;
  }

  /** Take over what the server said, but for answers with strokes that are not saved: there it would hide a conflict. */
  function accept(result) {
    const marks = {...result.marks};
    for (const {id} of queue) marks[id] = now.marks[id];
    const scheme = now.scheme !== result.scheme || JSON.stringify(now.remarks) !== JSON.stringify(result.remarks);
    const before = now;
    now = {...result, marks};
    for (const answer of question.answers) {
      if (before.marks[answer.id]?.seen !== now.marks[answer.id]?.seen) {
        now.marks[answer.id] ??= before.marks[answer.id];
        showInList(answer.id);
      }
    }
    if (scheme) showScheme();
  }

  function difference(before, after) {
    const said = [];
    if (given(before) !== given(after)) said.push(`points ${given(before)} → ${given(after)}`);
    if (before.comment !== after.comment) said.push(`comment “${after.comment || "none"}”`);
    if (Boolean(before.flagged) !== Boolean(after.flagged)) said.push(after.flagged ? "flagged" : "no longer flagged");
    if (!said.length && String(before.ticks) !== String(after.ticks)) said.push("other lines ticked");
    return said.join(", ");
  }

  function who(before, after) {
    return after.changed !== before.changed || after.marker !== before.marker ? after.marker : "Somebody, outside cs231n mark,";
  }

  async function conflict(first, kind) {
    const lost = queue.filter((one) => one.id === first.id);
    const comment = lost.map((one) => one.change.comment).filter((text) => text !== undefined).pop();
    let result;
    try {
      result = await call(`${api}/now`);
      if (kind === "work") works.delete(first.id);
    } catch {
      return;  // still in the queue: it is sent again
    }
    queue = queue.filter((one) => one.id !== first.id);
    if (comment !== undefined) drafts.set(first.id, comment);
    const before = now.marks[first.id], schemeChanged = result.scheme !== first.scheme;
    accept(result);
    const after = now.marks[first.id], name = title(answerOf(first.id));
    const what = kind === "work" ? `The work of ${name} was graded anew, so look at it again.`
      : before.seen !== after.seen ? `${who(before, after)} changed ${name} meanwhile: ${difference(before, after)}.`
      : schemeChanged ? "The marking scheme was changed meanwhile." : `${name} was changed meanwhile.`;
    tell(`${what} Your change was not saved.${comment !== undefined ? " Your comment is still in its box." : ""}`);
    if (kind === "work" && current === first.id) open(first.id);
  }

  /** Do something for the whole question, when all strokes are saved; `body` is made then. */
  async function atOnce(path, body) {
    for (let tries = 0; queue.length && tries < 200; tries++) await new Promise((done) => setTimeout(done, 50));
    if (queue.length) return {message: "Wait until all changes are saved."};
    try {
      const result = await call(`${api}/${path}`, body());
      accept(result);
      showAll();
      return result;
    } catch (error) {
      if (error.status === 409) {
        await poll();
        return {message: "Nothing was changed, because somebody else has changed this meanwhile. Look at it again."};
      }
      if (error.status === 400) return {message: error.message};
      showTrouble(`Not saved: ${error instanceof Refused ? error.message : "the server does not answer."} Try again.`);
      return {message: "Not saved. Try again."};
    }
  }

  async function poll() {
    if (document.hidden || queue.length || sending) return;
    try {
      const result = await call(`${api}/now?known=${now.digest}`);
      showTrouble("");
      if (!result.marks || queue.length) return;
      const before = current && now.marks[current];
      accept(result);
      showAll();
      const after = current && now.marks[current];
      if (before && before.seen !== after.seen) {
        tell(`${who(before, after)} changed this answer: ${difference(before, after)}.`);
      }
    } catch (error) {
      showTrouble(troubleOf(error));
    }
  }

  async function same() {
    const id = current;
    if (!identical(id) || view(id).points === null) return;
    const result = await atOnce(`answer/${id}/same`, () => ({seen: now.marks[id].seen}));
    tell(result.message || `${result.count} identical answer${result.count === 1 ? "" : "s"} got the same.`, true);
  }

  async function blank() {
    const result = await atOnce("blank", () => ({}));
    tell(result.message || `${result.count} blank answer${result.count === 1 ? "" : "s"} got 0 points.`, true);
  }

  // --- comments and points ---------------------------------------------------------------------

  function typed() {
    typing = current;
    clearTimeout(timer);
    timer = setTimeout(saveComment, TYPING);
  }

  function saveComment() {
    clearTimeout(timer);
    timer = null;
    if (typing === null || typing !== current) return;
    const text = find("comment").value;
    if (text !== view(current).comment) stroke({comment: text});
  }

  function finishComment() {
    if (typing !== null) saveComment();
    typing = null;
  }

  function useRemark(text) {
    const box = find("comment");
    if (!box.value.includes(text)) box.value = [box.value.trimEnd(), text].filter(Boolean).join("\n");
    typed();
    saveComment();
    box.focus();
  }

  function numberTyped(id, key, empty) {
    const input = find(id);
    if (!input.value.trim() && !input.validity.badInput) {
      if (empty && (view(current).points !== null || key === "extra")) stroke(empty);
      return;
    }
    const value = input.valueAsNumber;
    if (Number.isNaN(value) || value < 0 || (key === "points" && value > now.max)) {
      tell(key === "points" ? `Points are from 0 to ${number(now.max)}. Use Extra for more.` : "Extra points are a number.", true);
      return;
    }
    if (value !== (view(current)[key] ?? null)) stroke({[key]: value});
  }

  // --- the scheme for all answers --------------------------------------------------------------

  function schemeRow(line) {
    const remove = made("button", {type: "button", textContent: "Remove"});
    const count = question.answers.filter((answer) => ticked(answer.id, line.id)).length;
    const row = made("li", {}, made("div", {},
      made("input", {type: "number", step: "any", value: line.points, ariaLabel: "Points"}),
      made("textarea", {rows: 2, value: line.text, ariaLabel: "What the answer must contain"}), remove),
      made("small", {className: "hint", textContent: line.id ? `Ticked in ${count} answer${count === 1 ? "" : "s"}` : ""}));
    row.dataset.line = line.id;
    remove.addEventListener("click", () => row.remove());
    return row;
  }

  let schemeSeen = null;

  function editScheme() {
    schemeSeen = now.scheme;
    find("scheme-told").textContent = "";
    find("scheme-lines").replaceChildren(...now.lines.map(schemeRow));
    find("scheme").showModal();
  }

  async function saveScheme() {
    const lines = [...find("scheme-lines").children].map((row) => ({
      id: row.dataset.line,
      points: row.querySelector("input").valueAsNumber,
      text: row.querySelector("textarea").value,
    }));
    if (lines.some((line) => Number.isNaN(line.points))) {
      find("scheme-told").textContent = "Each line needs points.";
      return;
    }
    const result = await atOnce("scheme", () => ({seen: schemeSeen, lines}));
    if (result.message) {
      find("scheme-told").textContent = result.message;
      return;
    }
    find("scheme").close();
    tell(`The scheme is changed. ${result.count} answer${result.count === 1 ? " has" : "s have"} other points now.`, true);
  }

  // --- keys and buttons ------------------------------------------------------------------------

  const actions = {
    zero: () => stroke({ticks: [], points: 0}),
    every: allLines,
    unmark: () => stroke({unmark: true}),
    flag: () => stroke({flagged: !view(current).flagged}),
    undo, same, blank,
    next: () => move(1),
    previous: () => move(-1),
    unmarked: nextUnmarked,
    scheme: editScheme,
    add: () => {
      const row = schemeRow({id: "", points: 1, text: ""});
      find("scheme-lines").append(row);
      row.querySelector("textarea").focus();
    },
    save: saveScheme,
    remark: async () => {
      finishComment();
      const text = find("comment").value.trim();
      const result = text ? await atOnce("remark", () => ({text})) : {message: "Write a comment first."};
      if (result.message) tell(result.message, true);
    },
    close: () => document.querySelector("dialog[open]")?.close(),
  };
  const keys = {
    j: actions.next, ArrowRight: actions.next, k: actions.previous, ArrowLeft: actions.previous, u: nextUnmarked,
    f: actions.flag, a: same, z: undo, 0: actions.zero, t: allLines,
    "/": () => find("search").select(),
    c: () => find("comment").focus(),
    p: () => find("points").select(),
    r: () => {
      find("remarks-box").open = true;
      (find("remarks").querySelector("button") || find("remarks-box").querySelector("summary")).focus();
    },
    "?": () => find("help").showModal(),
  };

  document.addEventListener("keydown", (event) => {
    const {target} = event, inText = target.matches("textarea, select, input:not([type=checkbox])");
    if (event.key === "Escape" && inText) target.blur();
    if (event.key === "Enter" && target.matches("#points, #extra")) target.blur();
    if (event.key === "Enter" && target.matches("#search")) {
      target.blur();
      if (shown.length) open(shown.find(matches));
    }
    if (event.ctrlKey || event.metaKey || event.altKey || inText || document.querySelector("dialog[open]")) return;
    if (!find("keys-on").checked || !question) return;
    const act = /^[1-9]$/.test(event.key) ? () => toggle(Number(event.key) - 1) : keys[event.key];
    if (act && (current || event.key === "?")) {
      event.preventDefault();
      if (!event.repeat || "jkArrowRightArrowLeft".includes(event.key)) act();
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button && question) actions[button.dataset.do]();
  });
  find("help-button").addEventListener("click", () => find("help").showModal());
  find("keys-on").checked = localStorage.getItem("cs231n-mark-keys") !== "off";
  find("keys-on").addEventListener("change", () => {
    localStorage.setItem("cs231n-mark-keys", find("keys-on").checked ? "on" : "off");
  });
  find("filter").addEventListener("change", () => question && showList());
  find("search").addEventListener("input", () => question && showList());
  find("comment").addEventListener("input", typed);
  find("comment").addEventListener("blur", finishComment);
  find("points").addEventListener("change", () => numberTyped("points", "points", {unmark: true}));
  find("extra").addEventListener("change", () => numberTyped("extra", "extra", {extra: 0}));
  for (const box of [find("points"), find("extra")]) box.addEventListener("blur", () => question && showMark());
  window.addEventListener("pagehide", finishComment);
  window.addEventListener("beforeunload", (event) => {
    finishComment();
    if (queue.length) event.preventDefault();
  });

  async function load() {
    try {
      const found = await call(api);
      question = {...found, byId: new Map(found.answers.map((answer) => [answer.id, answer]))};
      now = found.now;
    } catch (error) {
      return failed(error, load);
    }
    showTrouble("");
    question.answers.forEach((answer) => { answer.button = listButton(answer); });
    for (const part of ["prompt", "model", "notes"]) find(part).innerHTML = question[part];
    queue = kept();
    keep();
    showScheme();
    showList();
    showProgress();
    const wanted = location.hash.slice(1), first = question.answers.find((answer) => view(answer.id).waiting);
    if (question.byId.has(wanted)) open(wanted);
    else if (first || question.answers.length) open((first || question.answers[0]).id);
    else find("who").textContent = "No answers yet: grade what was handed in.";
    if (now.assigned && now.assigned !== page.marker) tell(`This question is assigned to ${now.assigned}.`, true);
    setInterval(poll, POLL);
    send();
  }

  load();
}
