/** Headless Chromium for the tests, out of Debian: unpacked into a folder, nothing of the machine is changed. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DebianSuite } from '../../host/runtimes/install/apt_closure.js';
import { Progress } from '../../host/runtimes/install/progress.js';
import { MACHINE_TOOLS } from './paths.js';

/** Its C library is old enough for the machines that build this project; theirs is used. */
const SUITE = 'bookworm';
const PACKAGES = ['chromium', 'fonts-dejavu-core'];
/** Needed by packages' install scripts, by windows on a screen, or by real graphics cards. */
const UNNEEDED =
  /^(perl|libperl|lib.*-perl$|systemd|libsystemd-shared|sysvinit|init-system|dpkg|tar|passwd|adduser|login|debconf|usrmerge|procps|mount|dmsetup|xdg-utils|x11-utils|xkb-data|adwaita|hicolor|libgtk-3-common|gcc-12-base|libllvm|libgl1-mesa-dri|libz3|libc6$|libpam-(modules|runtime|systemd)|dbus)/;

export const chromiumFolder = join(MACHINE_TOOLS, 'chromium');
export const chromiumExecutable = join(chromiumFolder, 'usr/lib/chromium/chromium');
export const chromiumRecipe = `${SUITE} ${PACKAGES.join(' ')} ${process.arch} ${UNNEEDED.source}`;

/** Gets Chromium and the libraries that it needs (about 170 MB to download). */
export async function makeChromium(report: (line: string) => void): Promise<void> {
  const suite = new DebianSuite(
    SUITE,
    join(MACHINE_TOOLS, 'build/apt-chromium'),
    new Progress(report),
    undefined,
  );
  await suite.update();
  const closure = await suite.resolve(PACKAGES, true);
  await suite.unpack(
    closure.filter(({ spec }) => !UNNEEDED.test(spec.split('=')[0] ?? '')),
    chromiumFolder,
  );
  for (const unused of ['usr/share/doc', 'usr/share/icons', 'usr/share/locale', 'usr/share/man', 'var']) {
    rmSync(join(chromiumFolder, unused), { recursive: true, force: true });
  }
  mkdirSync(join(chromiumFolder, 'fonts'), { recursive: true });
  writeFileSync(
    join(chromiumFolder, 'fonts/fonts.conf'),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${chromiumFolder}/usr/share/fonts</dir><cachedir>${chromiumFolder}/fonts/cache</cachedir></fontconfig>\n`,
  );
}

/** What Chromium must find in its environment. */
export function chromiumEnvironment(): Record<string, string> {
  const libraries: string[] = [];
  for (const base of ['usr/lib', 'lib']) {
    const folder = join(chromiumFolder, base);
    for (const name of readdirSync(folder)) {
      if (name.endsWith('-linux-gnu')) libraries.push(join(folder, name), join(folder, name, 'pulseaudio'));
    }
  }
  return {
    LD_LIBRARY_PATH: libraries.join(':'),
    FONTCONFIG_FILE: join(chromiumFolder, 'fonts/fonts.conf'),
    DBUS_SESSION_BUS_ADDRESS: 'disabled:',
  };
}
