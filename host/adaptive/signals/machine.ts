/** The signals that Linux has; elsewhere most of them are absent, and say so. */
import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism, loadavg, platform } from 'node:os';
import { isSystemError, messageOf } from '../../errors.js';
import type { Reading, Signal, SignalSources } from './signal.js';

/** The machine itself. */
export const machineSources = (): SignalSources => ({
  readText: (path) => readFile(path, 'utf8'),
  list: (path) => readdir(path),
  // Windows has no load average: Node gives zeros.
  load: () => (platform() === 'win32' ? undefined : loadavg()[0]),
  processMicros: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  wallMicros: () => performance.now() * 1000,
  processors: availableParallelism(),
});

/** Files of the pressure of the processors: that of the own control group, then that of the machine. */
const PRESSURE = ['/sys/fs/cgroup/cpu.pressure', '/proc/pressure/cpu'];
const THERMAL = '/sys/class/thermal';
const POWER = '/sys/class/power_supply';

/** All signals of this machine, over `sources`. */
export function machineSignals(sources: SignalSources = machineSources()): Signal[] {
  return [
    cpuLoad(sources),
    processCpu(sources),
    cpuPressure(sources),
    temperature(sources),
    ...battery(sources),
  ];
}

/** `cpu_load`: the load average of a minute over the number of processors. */
function cpuLoad({ load, processors }: SignalSources): Signal {
  return {
    name: 'cpu_load',
    unit: 'share',
    async read() {
      const average = load();
      return average === undefined
        ? { absent: 'the system has no load average' }
        : { value: average / processors };
    },
  };
}

/** `process_cpu`: processor time of this process since the last reading, over the time of all processors. */
function processCpu({ processMicros, wallMicros, processors }: SignalSources): Signal {
  let last = { cpu: processMicros(), wall: wallMicros() };
  return {
    name: 'process_cpu',
    unit: 'share',
    async read() {
      const now = { cpu: processMicros(), wall: wallMicros() };
      const wall = now.wall - last.wall;
      const value = (now.cpu - last.cpu) / (wall * processors);
      last = now;
      return wall > 0 ? { value } : { absent: 'no time has passed' };
    },
  };
}

/** `cpu_pressure`: share of the last ten seconds in which something waited for a processor (PSI `some avg10`). */
function cpuPressure({ readText }: SignalSources): Signal {
  return {
    name: 'cpu_pressure',
    unit: 'share',
    async read() {
      for (const path of PRESSURE) {
        const text = await readText(path).catch(() => '');
        const found = /^some avg10=([\d.]+)/m.exec(text)?.[1];
        if (found !== undefined) return { value: Number(found) / 100 };
      }
      return { absent: `neither ${PRESSURE.join(' nor ')} can be read` };
    },
  };
}

/** `temperature`: the hottest thermal zone. */
function temperature({ list, readText }: SignalSources): Signal {
  return {
    name: 'temperature',
    unit: 'celsius',
    async read() {
      const zones = (await list(THERMAL)).filter((name) => name.startsWith('thermal_zone'));
      const readings = await Promise.all(
        // A zone that is switched off cannot be read: the others count.
        zones.map(async (zone) => await readText(`${THERMAL}/${zone}/temp`).catch(() => '')),
      );
      const degrees = readings.filter((text) => /^-?\d+\s*$/.test(text)).map((text) => Number(text) / 1000);
      return degrees.length === 0
        ? { absent: `no thermal zone in ${THERMAL} can be read` }
        : { value: Math.max(...degrees) };
    },
  };
}

/** `battery`: charge of the fullest battery; `on_battery`: 1 while one is being discharged. */
function battery({ list, readText }: SignalSources): Signal[] {
  const read = async (file: string): Promise<string[]> => {
    const names = await list(POWER);
    const texts = await Promise.all(
      names.map(async (name) => {
        const type = await readText(`${POWER}/${name}/type`).catch(() => '');
        return type.trim() === 'Battery' ? await readText(`${POWER}/${name}/${file}`).catch(() => '') : '';
      }),
    );
    return texts.map((text) => text.trim()).filter((text) => text !== '');
  };
  const absent: Reading = { absent: `no battery in ${POWER}` };
  return [
    {
      name: 'battery',
      unit: 'share',
      async read() {
        const charges = (await read('capacity')).map(Number).filter(Number.isFinite);
        return charges.length === 0 ? absent : { value: Math.max(...charges) / 100 };
      },
    },
    {
      name: 'on_battery',
      unit: 'flag',
      async read() {
        const states = await read('status');
        return states.length === 0 ? absent : { value: states.includes('Discharging') ? 1 : 0 };
      },
    },
  ];
}

/** Why a reading failed, in a few words. */
export function whyUnread(error: unknown): string {
  if (isSystemError(error) && error.code === 'ENOENT') return 'the system has none';
  return messageOf(error);
}
