// The dashboard: polls the resources, follows one console by server-sent events. No dependencies.
const maxLines = 5000;
const byId = (id) => document.getElementById(id);
const table = byId('resources'), log = byId('log'), panel = byId('panel-log'), search = byId('search'), follow = byId('follow');
let selected = null, stream = null, resources = [];

const element = (tag, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
};

async function refresh() {
  try {
    const response = await fetch('/api/resources');
    resources = await response.json();
    const ready = resources.filter((r) => r.state === 'ready' || r.state === 'finished').length;
    byId('summary').textContent = ready === resources.length ? `all ${ready} ready` : `${ready} of ${resources.length} ready`;
    draw();
  } catch {
    byId('summary').textContent = 'AppHost does not answer';
  }
}

function draw() {
  // Rows are kept, so that focus and a click in progress survive.
  for (const resource of resources) {
    let row = document.getElementById(`row-${resource.name}`);
    if (!row) {
      row = element('tr', { id: `row-${resource.name}` });
      for (let i = 0; i < 8; i++) row.append(element('td'));
      row.cells[0].append(element('button', { className: 'name', textContent: resource.name, onclick: () => select(resource.name) }));
      for (const command of ['start', 'stop', 'restart'])
        row.cells[7].append(element('button', { textContent: command, name: command, onclick: () => run(resource.name, command) }), ' ');
      table.append(row);
    }
    fill(row, resource);
  }
}

function fill(row, resource) {
  row.setAttribute('aria-selected', String(resource.name === selected));
  const signature = JSON.stringify(resource);
  if (row.dataset.signature !== signature) {
    row.dataset.signature = signature;
    row.cells[1].replaceChildren(element('span', { className: `state ${resource.state}`, textContent: resource.state }));
    if (resource.detail) row.cells[1].append(element('span', { className: 'detail', textContent: resource.detail }));
    row.cells[2].textContent = resource.kind;
    row.cells[3].replaceChildren(...resource.endpoints.flatMap((endpoint) => [
      endpoint.address.startsWith('http') && endpoint.isShown
        ? element('a', { href: endpoint.address, textContent: endpoint.address, target: '_blank', rel: 'noreferrer' })
        : element('span', { textContent: endpoint.address }), element('br')]));
    row.cells[5].textContent = resource.restarts;
    row.cells[6].textContent = resource.processId ?? (resource.exitCode === null ? '' : `exit ${resource.exitCode}`);
    const stopped = resource.state === 'stopped' || resource.state === 'finished';
    for (const button of row.cells[7].querySelectorAll('button')) button.disabled = (button.name === 'start') !== stopped && button.name !== 'restart';
  }
  row.cells[4].textContent = resource.startedAt ? duration(Date.now() - Date.parse(resource.startedAt)) : '';
}

function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

async function run(name, command) {
  await fetch(`/api/resources/${name}/${command}`, { method: 'POST', headers: { 'X-AppHost-Command': command } });
  refresh();
}

function select(name) {
  selected = name;
  byId('details').hidden = false;
  byId('selected').textContent = name;
  log.replaceChildren();
  stream?.close();
  stream = new EventSource(`/api/resources/${name}/log/stream`);
  stream.onmessage = (message) => append(JSON.parse(message.data));
  showEnvironment(name);
  draw();
}

function append(line) {
  const time = line.time.slice(11, 23);
  const item = element('li', { className: line.isError ? 'error' : '' }, element('time', { dateTime: line.time, textContent: time }), line.text);
  item.hidden = !matches(line.text);
  log.append(item);
  while (log.childElementCount > maxLines) log.firstElementChild.remove();
  if (follow.checked) panel.scrollTop = panel.scrollHeight;
}

const matches = (text) => text.toLowerCase().includes(search.value.toLowerCase());

async function showEnvironment(name) {
  const response = await fetch(`/api/resources/${name}/environment`);
  byId('environment').replaceChildren(...(await response.json()).flatMap((variable) => [
    element('dt', { textContent: variable.name }), element('dd', { textContent: variable.value })]));
}

function show(tab) {
  for (const name of ['log', 'environment']) {
    byId(`tab-${name}`).setAttribute('aria-selected', String(name === tab));
    byId(`panel-${name}`).hidden = name !== tab;
  }
}

byId('tab-log').onclick = () => show('log');
byId('tab-environment').onclick = () => show('environment');
search.oninput = () => {
  for (const item of log.children) item.hidden = !matches(item.lastChild.textContent);
};
setInterval(refresh, 1000);
refresh();
