import type { Accepted } from '@psc/kernel';
import type { ImportRefused } from '#src/domain/import-refusal.ts';
import type { FileKind } from '#src/domain/stored-rows.ts';
import type { Extracts, OpenedExtract, SourceOptions } from '#src/ports/extract.ts';
import type { Imported, Progress, Register } from '#src/ports/register.ts';

export interface ImportSourceOptions extends SourceOptions {
  readonly operator: string;
  readonly force?: string | undefined;
  readonly onProgress?: ((extract: OpenedExtract, progress: Progress) => void) | undefined;
}

export interface ImportedExtract extends Imported {
  readonly kind: FileKind;
  readonly source: string;
}

/**
 * Imports the files that a source holds, one version each, in their order. The first one that is refused ends it: those before
 * are in the register, those after are left.
 */
export type ImportSource = (
  source: string,
  options: ImportSourceOptions,
) => AsyncGenerator<Accepted<ImportedExtract> | ImportRefused>;

export function createImportSource({
  extracts,
  register,
}: {
  readonly extracts: Extracts;
  readonly register: Register;
}): ImportSource {
  return async function* importSource(source, { operator, force, onProgress, ...sourceOptions }) {
    const opened = await extracts.open(source, sourceOptions);
    if (!opened.ok) {
      yield opened;
      return;
    }
    try {
      for (const extract of opened.value.extracts) {
        const imported = await register.import(extract, {
          operator,
          force,
          onProgress: (progress) => onProgress?.(extract, progress),
        });
        if (!imported.ok) {
          yield imported;
          return;
        }
        const { kind, source: name } = extract;
        yield { ...imported, value: { kind, source: name, ...imported.value } };
      }
    } finally {
      await opened.value.close();
    }
  };
}
