// The dashboard: polls the resources, follows one console by server-sent events. No dependencies.
// The address says what is shown: #core-1 its console, #core-1/environment its environment.
const maxLines = 5000;
const byId = (id) => document.getElementById(id);
const table = byId('resources'), log = byId('log'), panel = byId('panel-log'), search = byId('search'), follow = byId('follow');
const busy = new Set();
let selected = null, tab = 'log', stream = null, resources = [], arrived = [];

const element = (tag, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
};

// ---- Resources

async function refresh() {
  try {
    const response = await fetch('/api/resources');
    resources = await response.json();
    summarise();
    resources.forEach(draw);
    if (selected === null && location.hash) openFromAddress();
  } catch {
    byId('summary').textContent = 'AppHost does not answer: has it ended?';
    byId('summary').className = 'bad';
  }
}

function summarise() {
  const count = (...states) => resources.filter((r) => states.includes(r.state)).length;
  const ready = count('ready', 'finished'), bad = count('unhealthy', 'restarting');
  const summary = byId('summary');
  summary.textContent = ready === resources.length ? `all ${ready} ready` : `${ready} of ${resources.length} ready${bad ? `, ${bad} in trouble` : ''}`;
  summary.className = bad ? 'bad' : ready === resources.length ? 'good' : '';
  document.title = `${summary.textContent} – NSN resources`;
}

function draw(resource) {
  // Rows are kept, so that focus and a click in progress survive.
  let row = byId(`row-${resource.name}`);
  if (!row) {
    row = element('tr', { id: `row-${resource.name}` });
    for (let i = 0; i < 8; i++) row.append(element('td'));
    row.cells[0].append(element('a', { className: 'name', textContent: resource.name, href: `#${resource.name}` }));
    row.cells[7].className = 'actions';
    for (const command of ['start', 'stop', 'restart']) {
      const button = element('button', { textContent: command, name: command, onclick: () => run(resource.name, command) });
      button.setAttribute('aria-label', `${command} ${resource.name}`);
      row.cells[7].append(button);
    }
    table.append(row);
  }
  fill(row, resource);
}

function fill(row, resource) {
  row.setAttribute('aria-selected', String(resource.name === selected));
  const signature = JSON.stringify([resource, busy.has(resource.name)]);
  if (row.dataset.signature !== signature) {
    row.dataset.signature = signature;
    row.cells[1].replaceChildren(element('span', { className: `state ${resource.state}`, textContent: resource.state }));
    if (resource.detail) row.cells[1].append(element('span', { className: 'detail', textContent: resource.detail }));
    if (resource.complaint && resource.complaint !== resource.detail)
      row.cells[1].append(element('span', { className: 'complaint', textContent: resource.complaint, title: 'The last warning or error in its console' }));
    row.cells[2].textContent = resource.kind;
    row.cells[3].replaceChildren(...resource.endpoints.filter((e) => e.isShown).map(address), ...resource.endpoints.filter((e) => !e.isShown).map(port));
    row.cells[5].textContent = resource.restarts || '–';
    row.cells[5].className = resource.restarts ? 'warn' : 'none';
    row.cells[6].textContent = resource.processId ?? (resource.exitCode === null ? '–' : `exit ${resource.exitCode}`);
    const stopped = resource.state === 'stopped' || resource.state === 'finished';
    for (const button of row.cells[7].children)
      button.disabled = busy.has(resource.name) || ((button.name === 'start') !== stopped && button.name !== 'restart');
  }
  row.cells[4].textContent = resource.startedAt ? duration(Date.now() - Date.parse(resource.startedAt)) : '–';
}

function address({ address }) {
  return address.startsWith('http')
    ? element('a', { className: 'endpoint', href: address, textContent: address, target: '_blank', rel: 'noreferrer' })
    : element('span', { className: 'endpoint', textContent: address });
}

// What only programs talk to.
function port({ name, address }) {
  return element('span', { className: 'port', title: address, textContent: `${name} ${new URL(address).port || address.split(':').pop()}` });
}

function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

async function run(name, command) {
  busy.add(name);
  refresh();
  try {
    await fetch(`/api/resources/${name}/${command}`, { method: 'POST', headers: { 'X-AppHost-Command': command } });
  } finally {
    busy.delete(name);
    refresh();
  }
}

// ---- One resource

function openFromAddress() {
  const [name, wanted] = decodeURIComponent(location.hash.slice(1)).split('/');
  if (resources.some((r) => r.name === name)) open(name, wanted === 'environment' ? 'environment' : 'log');
}

function open(name, wanted) {
  if (name !== selected) {
    selected = name;
    byId('hint').hidden = true;
    byId('details').hidden = false;
    byId('selected').textContent = name;
    forget();
    stream?.close();
    stream = new EventSource(`/api/resources/${name}/log/stream`);
    stream.onmessage = (message) => take(JSON.parse(message.data));
    stream.addEventListener('reset', forget);
  }
  tab = wanted;
  for (const other of ['log', 'environment']) {
    byId(`tab-${other}`).setAttribute('aria-selected', String(other === tab));
    byId(`panel-${other}`).hidden = other !== tab;
  }
  byId('following').hidden = tab !== 'log';
  if (tab === 'environment') loadEnvironment(name);
  filter();
  resources.forEach(draw);
}

function forget() {
  arrived = [];
  log.replaceChildren();
}

// Lines are shown once per frame, however many come at once.
function take(line) {
  if (arrived.push(line) === 1) requestAnimationFrame(show);
}

function show() {
  log.append(...arrived.map(lineOf));
  arrived = [];
  while (log.childElementCount > maxLines) log.firstElementChild.remove();
  count();
  if (follow.checked) panel.scrollTop = panel.scrollHeight;
}

function lineOf(line) {
  const text = line.text.replace(/\u001b\[[0-9;]*m/g, '');
  const at = new Date(line.time);
  const item = element('li', { className: line.level || (line.isError ? 'error' : '') }, element('time', { dateTime: line.time, textContent: clock(at) }), element('span', { textContent: text }));
  item.hidden = !matches(text);
  return item;
}

const clock = (at) => `${at.toLocaleTimeString('en-GB')}.${String(at.getMilliseconds()).padStart(3, '0')}`;
const matches = (text) => text.toLowerCase().includes(search.value.toLowerCase());

async function loadEnvironment(name) {
  const response = await fetch(`/api/resources/${name}/environment`);
  const variables = await response.json();
  if (name !== selected) return;
  byId('environment').replaceChildren(...variables.map((variable) => element('tr', {}, element('th', { scope: 'row', textContent: variable.name }), element('td', { textContent: variable.value }))));
  filter();
}

const searched = () => [...(tab === 'log' ? log.children : byId('environment').rows)];

function filter() {
  for (const item of searched()) item.hidden = !matches(tab === 'log' ? item.lastChild.textContent : item.textContent);
  count();
  if (tab === 'log' && follow.checked) panel.scrollTop = panel.scrollHeight;
}

function count() {
  const all = searched();
  byId('found').textContent = search.value ? `${all.filter((item) => !item.hidden).length} of ${all.length}` : '';
}

byId('tab-log').onclick = () => { location.hash = selected; };
byId('tab-environment').onclick = () => { location.hash = `${selected}/environment`; };
search.oninput = filter;
// Who scrolls up wants to read; who scrolls to the end wants to follow.
panel.onwheel = panel.ontouchmove = panel.onkeydown = () => requestAnimationFrame(() => {
  follow.checked = panel.scrollHeight - panel.scrollTop - panel.clientHeight < 8;
});
follow.onchange = () => { if (follow.checked) panel.scrollTop = panel.scrollHeight; };
window.onhashchange = openFromAddress;
setInterval(refresh, 1000);
refresh();
