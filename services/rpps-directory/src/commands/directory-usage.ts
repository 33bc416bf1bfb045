import { fileKinds } from '#src/domain/stored-rows.ts';

/** `psc directory --help`. */
export const directoryUsage = `psc directory: the register of professionals

  import <file>…          imports extracts, or zips of them: paths, https addresses, - for what is piped in
    --ca <file>           the only authorities (PEM) trusted for an https address
    --redirect-host <host>…   where that address may redirect to, beside its own host
    --force "<reason>"    even if more than 5 % of the people leave, change or cannot be read; the reason stays known
  imports [--kind <kind>] what was imported and undone, the newest first
  diff [<version>]        who came, changed, left or returned with a version (the last one), and which fields changed
    --change created|changed|left|returned
  rollback <kind> --reason "<reason>"
                          undoes the last import of a kind
  rejects <kind>          the rows of its last file that were set aside
  api-keys add <name>     a key for the FHIR face, shown once
    --key <key>           one that you chose: for a sandbox, since what is typed stays in the history of the shell
    --if-missing          nothing is refused when there is one of this name
  api-keys list           whose keys there are, and when each was last used
  api-keys revoke <name>  this key opens nothing any more, from the next call on

Kinds: ${fileKinds.join(', ')}
Lists: --limit <number> (100 unless said otherwise, 1000 at most), --json
Who acts: --by or --operator <name>, else PSC_OPERATOR, else the user and the name of this machine
While it imports: a bar on a terminal, JSON lines on the standard error otherwise. Its result is one JSON line for each file.
An import that was stopped goes on when it is given the same file again.
Exit codes: 0 done, 1 refused (the register is as it was), 2 not understood`;
