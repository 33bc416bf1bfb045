import { access, constants } from 'node:fs/promises';
import { installProgram } from './debian-packages.ts';
import { findOnPath } from './programs.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** The path of a Chromium, installed if need be. `CHROMIUM_PATH` names one to use instead. */
export async function provideBrowser(): Promise<string> {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen) {
    await access(chosen, constants.X_OK).catch((cause: unknown) => {
      throw new Error(`CHROMIUM_PATH names ${chosen}, which cannot be executed.`, { cause });
    });
    return chosen;
  }
  const found = await findOnPath(names);
  if (found) return found;
  const chromium = { package: 'chromium', names, file: 'usr/lib/chromium/chromium' };
  const installed = await installProgram(chromium);
  if (installed.ok) return installed.value;
  throw new Error(
    `There is no Chromium here (${installed.refusal}): install it, or set CHROMIUM_PATH to the path of one.`,
  );
}
