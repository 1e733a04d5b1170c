/** The demo page: pictures and the camera in, labels, times and the hash out. Plain modules, as the browser loads them. */
import { createBrowserEngine } from '/node_modules/edge-infer/dist/host/browser/index.js';
import { drawBoxes, drawPicture, nameOf, percent } from './drawing.js';

const MODEL = '/model/';
const TOP = 5;

const element = (id) => document.getElementById(id);
const view = element('view');
const camera = element('camera');
const drop = element('drop');
const watch = element('watch');

/** The engine that is wanted now; a promise, as opening takes a moment. */
let engine;
/** Rises with every request: answers of older ones are not shown. */
let turn = 0;
/** The last picture, asked again when the provider changes. */
let current;
let stream;

function sentence(text) {
  return text === '' ? '' : `${text[0].toUpperCase()}${text.slice(1)}.`;
}

function showError(error) {
  element('error').hidden = error === undefined;
  if (error === undefined) return;
  element('error-message').textContent = sentence(error.message);
  element('error-hint').textContent = sentence(error.hint ?? '');
  element('error-code').textContent = error.code ?? error.name;
}

function milliseconds(value) {
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}

function showPredictions(predictions, otherwise) {
  const rows = predictions.map((prediction) => {
    const row = document.createElement('li');
    const bar = document.createElement('span');
    const name = document.createElement('span');
    const figure = document.createElement('span');
    bar.className = 'bar';
    bar.style.width = percent(prediction.confidence).replace(' ', '');
    name.className = 'name';
    name.textContent = nameOf(prediction);
    figure.textContent = percent(prediction.confidence);
    figure.className = 'figure';
    row.append(bar, name, figure);
    return row;
  });
  element('predictions').replaceChildren(...rows);
  element('nothing').textContent = otherwise;
  element('nothing').hidden = rows.length > 0;
}

function showAnswer({ predictions, timings, latency_ms, input_sha256 }) {
  showPredictions(predictions, 'Nothing that this model knows.');
  drawBoxes(view, predictions);
  for (const phase of ['preprocess', 'infer', 'postprocess']) {
    element(`time-${phase}`).textContent = milliseconds(timings[phase]);
  }
  element('time-total').textContent = milliseconds(latency_ms);
  element('hash').textContent = input_sha256;
  element('copy').disabled = false;
}

function clearAnswer() {
  showPredictions([], 'Nothing yet: choose a picture.');
  for (const phase of ['preprocess', 'infer', 'postprocess', 'total']) {
    element(`time-${phase}`).textContent = '–';
  }
  element('hash').textContent = '–';
  element('copy').disabled = true;
}

function showView(shown) {
  element('invite').hidden = shown;
  view.hidden = !shown;
  drop.classList.toggle('filled', shown);
}

/** What browsers cannot show (PNM, broken files) leaves the place empty; the answer comes all the same. */
async function showFile(file) {
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  showView(bitmap !== undefined);
  if (bitmap === undefined) return;
  drawPicture(view, bitmap);
  bitmap.close();
}

async function classify(source) {
  const own = ++turn;
  try {
    const opened = await engine;
    const detects = opened.stats().model.task === 'detect';
    const answer = await (detects ? opened.detect(source) : opened.classify(source, { top: TOP }));
    if (own !== turn) return undefined;
    showError(undefined);
    showAnswer(answer);
    return answer;
  } catch (error) {
    if (own === turn) {
      clearAnswer();
      showError(error);
    }
    return undefined;
  }
}

async function useFile(file) {
  stopCamera();
  current = file;
  await showFile(file);
  await classify(file);
}

function openEngine() {
  const previous = engine;
  const provider = document.querySelector('input[name=provider]:checked').value;
  const status = element('model');
  status.textContent = 'loading the model …';
  const opening = createBrowserEngine({ model: MODEL, provider });
  engine = opening;
  opening.then(
    (opened) => {
      if (engine !== opening) return;
      const { model } = opened.stats();
      status.textContent = `${model.name} ${model.version} · ${model.precision} · ${model.labels} ${model.labels === 1 ? 'label' : 'labels'}`;
    },
    (error) => {
      if (engine !== opening) return;
      status.textContent = 'no model';
      showError(error);
    },
  );
  previous?.then((old) => old.close()).catch(() => undefined);
}

function stopCamera() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = undefined;
  camera.srcObject = null;
  camera.hidden = true;
  watch.textContent = 'Start the camera';
  watch.setAttribute('aria-pressed', 'false');
}

async function startCamera() {
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  } catch (cause) {
    showError({
      code: cause.name,
      message: `the camera cannot be used: ${cause.message}`,
      hint: 'allow it for this page, or choose a picture',
    });
    return;
  }
  current = undefined;
  watch.textContent = 'Stop the camera';
  watch.setAttribute('aria-pressed', 'true');
  camera.hidden = false;
  camera.srcObject = stream;
  await camera.play();
  showView(true);
  const own = stream;
  while (stream === own) {
    drawPicture(view, camera);
    if ((await classify(camera)) === undefined && stream === own) break;
    await new Promise(requestAnimationFrame);
  }
}

function listen() {
  element('file').addEventListener('change', ({ target }) => {
    if (target.files[0] !== undefined) useFile(target.files[0]);
    target.value = '';
  });
  element('sample').addEventListener('click', async () => useFile(await (await fetch('/sample.png')).blob()));
  watch.addEventListener('click', () => (stream === undefined ? startCamera() : stopCamera()));
  element('copy').addEventListener('click', async ({ target }) => {
    await navigator.clipboard.writeText(element('hash').textContent);
    target.textContent = 'Copied';
    setTimeout(() => {
      target.textContent = 'Copy';
    }, 1500);
  });
  for (const radio of document.querySelectorAll('input[name=provider]')) {
    radio.addEventListener('change', () => {
      showError(undefined);
      openEngine();
      if (current !== undefined) classify(current);
    });
  }
  addEventListener('dragover', (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
  addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) drop.classList.remove('over');
  });
  addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    const [file] = event.dataTransfer.files;
    if (file !== undefined) useFile(file);
  });
  addEventListener('paste', (event) => {
    const [file] = event.clipboardData.files;
    if (file !== undefined) useFile(file);
  });
}

if (navigator.gpu === undefined) {
  element('webgpu-label').classList.add('off');
  element('webgpu-label').append(' (this browser has none)');
  document.querySelector('input[value=webgpu]').disabled = true;
}
element('where').textContent =
  `Served by this machine · ${crossOriginIsolated ? 'isolated page, threads on' : 'one thread'} · works offline`;
listen();
openEngine();
