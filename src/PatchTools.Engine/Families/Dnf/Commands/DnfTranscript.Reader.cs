using System.Text.RegularExpressions;
using PatchTools.Versions;

namespace PatchTools.Families.Dnf.Commands;

/// <content>The output, line by line.</content>
internal sealed partial record DnfTranscript
{
    private const string KeepsBoth = "; rpm keeps this version in its database next to the new one";

    /// <summary>One output and what its lines have said so far.</summary>
    private sealed class Reader(string output)
    {
        private readonly string[] _lines = [.. output.Split('\n').Select(line => line.TrimEnd('\r', ' '))];
        private readonly Dictionary<string, string> _failures = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string> _downloads = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string> _mirrors = new(StringComparer.Ordinal);
        private readonly HashSet<string> _untrusted = new(StringComparer.Ordinal);
        private readonly List<string> _warnings = [];
        private readonly List<string> _broken = [];

        /// <summary>What the tool lists as failed, without a reason.</summary>
        private readonly List<string> _failed = [];
        private string? _reason;

        /// <summary>The package that dnf 5 downloads, and what is in its way.</summary>
        private string? _current;
        private string? _cause;

        /// <summary>Index of the present line.</summary>
        private int _at;

        public DnfTranscript Whole()
        {
            for (_at = 0; _at < _lines.Length; _at++)
            {
                var line = _lines[_at];
                if (!TakeInstall(line) && !TakeDnf5Download(line) && !TakeCheck(line))
                    TakeEnd(line);
            }

            // yum ends with the signature's own words.
            _reason ??= _untrusted.Count > 0 ? _failures[_untrusted.First()] : null;
            ExplainFailed();
            return new DnfTranscript
            {
                PackageFailures = _failures,
                DownloadFailures = _downloads,
                NotAuthenticated = _untrusted,
                ScriptWarnings = [.. _warnings.Distinct(StringComparer.Ordinal)],
                ScriptFailures = [.. _broken.Distinct(StringComparer.Ordinal)],
                IsLocked =
                    Says("can't create transaction lock on")
                    || Says("already locked by ")
                    || Says("exiting as configured by exit_on_lock")
                    || Says("Failed to obtain rpm transaction lock"),
                DiskFull = _lines
                    .Select(l => l.Trim())
                    .FirstOrDefault(l => l.Contains("No space left on device", StringComparison.Ordinal)),
                HasNoRoomForDownloads =
                    Says("nsufficient space in download directory") || Says("Failed writing received data to disk"),
                Reason = _reason,
            };
        }

        private bool Says(string words) => output.Contains(words, StringComparison.Ordinal);

        /// <summary>What rpm says of scriptlets and unpacking; false for another line.</summary>
        private bool TakeInstall(string line)
        {
            if (Scriptlet().Match(line) is { Success: true } scriptlet)
                TakeScriptlet(scriptlet);
            else if (InstallFailed().Match(line) is { Success: true } unpack)
                _failures.TryAdd(
                    NameOf(unpack.Groups["nevra"].Value),
                    ErrorAt(_at - 1) ?? ArchiveError(_at + 1) ?? "rpm could not install it"
                );
            else if (Dnf5Scriptlet().Match(line) is { Success: true } broke)
                TakeDnf5Scriptlet(broke);
            else if (line == "Running transaction check")
                TrustAll();
            else if (NotInstalled().Match(line) is { Success: true } absent)
                _failed.Add(absent.Groups["nevra"].Value);
            else
                return false;
            return true;
        }

        private void TakeScriptlet(Match scriptlet)
        {
            var said = LastWords(_at - 1);
            var text =
                $"its {scriptlet.Groups["kind"].Value} scriptlet failed, "
                + $"{scriptlet.Groups["why"].Value}{(said is null ? "" : $" ({said})")}";
            if (
                scriptlet.Groups["level"].Value == "error"
                && scriptlet.Groups["kind"].Value is "%prein" or "%pretrans" or "%pre"
            )
                _failures.TryAdd(NameOf(scriptlet.Groups["nevra"].Value), text);
            else
                (scriptlet.Groups["level"].Value == "error" ? _broken : _warnings).Add(
                    $"{scriptlet.Groups["nevra"].Value}: {text}"
                        + (scriptlet.Groups["kind"].Value == "%preun" ? KeepsBoth : "")
                );
        }

        private void TakeDnf5Scriptlet(Match broke)
        {
            var failure = Dnf5ScriptletFailure.Read(
                broke.Groups["kind"].Value,
                broke.Groups["nevra"].Value,
                _lines,
                _at
            );
            if (broke.Groups["level"].Value == "Non-critical error")
                _warnings.Add($"{failure.Nevra}: {failure.Text}");
            else if (failure.KeepsOut)
                _failures.TryAdd(NameOf(failure.Nevra), failure.Text);
            else
                _broken.Add($"{failure.Nevra}: {failure.Text}{(failure.KeepsOld ? KeepsBoth : "")}");
        }

        /// <summary>Every signature is good by now: whatever key was missing has been imported.</summary>
        private void TrustAll()
        {
            foreach (var name in _untrusted)
                _failures.Remove(name);
            _untrusted.Clear();
        }

        /// <summary>dnf 5's progress of downloads and what it says below; false for another line.</summary>
        private bool TakeDnf5Download(string line)
        {
            if (Dnf5Bar().Match(line) is { Success: true } bar)
            {
                _current = bar.Groups["nevra"].Value;
                _cause = null;
            }
            else if (line.StartsWith(">>> No more mirrors to try", StringComparison.Ordinal) && _current is not null)
            {
                if (Nevra.TryParse(_current) is { } gone)
                    _downloads.TryAdd(gone.Name, $"{_current}: {_cause ?? "No more mirrors to try"}");
                _current = null;
            }
            else if (line.StartsWith(">>> ", StringComparison.Ordinal) && Dnf5Cause().IsMatch(line))
            {
                _cause = WithoutAddress(line[4..]);
            }
            else
            {
                return false;
            }

            return true;
        }

        /// <summary>What is wrong with a package before anything is changed; false for another line.</summary>
        private bool TakeCheck(string line)
        {
            if (FileConflict().Match(line) is { Success: true } conflict)
                _failures.TryAdd(NameOf(conflict.Groups["nevra"].Value), line.Trim());
            else if (Unsigned().Match(line) is { Success: true } unsigned)
                Distrust(NameOf(unsigned.Groups["file"].Value), line);
            else if (Mirror().Match(line) is { Success: true } mirror)
                _mirrors[mirror.Groups["file"].Value] = WithoutAddress(mirror.Groups["why"].Value);
            else if (DownloadFailed().Match(line) is { Success: true } download)
                TakeDownload(download.Groups["file"].Value, download.Groups["why"].Value);
            else
                return false;
            return true;
        }

        private void Distrust(string name, string line)
        {
            _untrusted.Add(name);
            _failures.TryAdd(name, CachePath().Replace(line.Trim().TrimStart('-', ' ').TrimEnd('.'), ""));
        }

        private void TakeDownload(string file, string why) =>
            _downloads.TryAdd(
                NameOf(file),
                $"{(file.EndsWith(".rpm", StringComparison.Ordinal) ? file : file + ".rpm")}: "
                    + $"{MirrorsWords(file) ?? WithoutAddress(why)}"
            );

        private string? MirrorsWords(string file) =>
            _mirrors.GetValueOrDefault(file) ?? _mirrors.GetValueOrDefault(file + ".rpm");

        /// <summary>With what the tool ends: its list of failed packages and its last error.</summary>
        private void TakeEnd(string line)
        {
            if (line == "Failed:")
            {
                while (_at + 1 < _lines.Length && _lines[_at + 1].StartsWith(' '))
                    _failed.AddRange(FailedOf(_lines[++_at].Split(' ', StringSplitOptions.RemoveEmptyEntries)));
            }
            else if (LastError().Match(line) is { Success: true } last)
            {
                var detail =
                    (line.EndsWith(':') || line.StartsWith("Transaction failed", StringComparison.Ordinal))
                    && _at + 1 < _lines.Length
                        ? _lines[_at + 1].Trim()
                        : "";
                _reason = WithoutAddress($"{last.Groups["text"].Value} {detail}".Trim());
            }
        }

        /// <summary>
        /// What nothing else explains; a version that was only to be replaced is in the list as well.
        /// </summary>
        private void ExplainFailed()
        {
            foreach (
                var name in _failed
                    .Select(NameOf)
                    .Where(n =>
                        !_failures.ContainsKey(n)
                        && !_downloads.ContainsKey(n)
                        && !_broken.Exists(w => w.StartsWith(n + "-", StringComparison.Ordinal))
                    )
                    .ToList()
            )
                _failures.TryAdd(name, _reason ?? "the transaction failed");
        }

        /// <summary>The scriptlet's own last line is often the better half of the reason.</summary>
        private string? LastWords(int index)
        {
            var words = index < 0 ? "" : _lines[index].Trim();
            return words.Length == 0 || Routine().IsMatch(words) ? null : words;
        }

        /// <summary>yum says that a package cannot be unpacked before rpm says why.</summary>
        private string? ArchiveError(int index) =>
            _lines
                .Skip(index)
                .Take(4)
                .FirstOrDefault(l => l.StartsWith("error: unpacking of archive failed", StringComparison.Ordinal))
                is { } line
                ? line["error: ".Length..]
                : null;

        private string? ErrorAt(int index) =>
            index >= 0 && _lines[index].StartsWith("error: ", StringComparison.Ordinal)
                ? _lines[index]["error: ".Length..]
                : null;

        /// <summary>
        /// Names of a list of failed packages: NEVRAs of dnf, pairs of name.arch and epoch:version-release of yum.
        /// </summary>
        private static IEnumerable<string> FailedOf(string[] words)
        {
            for (var i = 0; i < words.Length; i++)
            {
                if (
                    i + 1 < words.Length
                    && YumEdition().IsMatch(words[i + 1])
                    && words[i].LastIndexOf('.') is var dot and > 0
                )
                    yield return words[i++][..dot];
                else
                    yield return words[i];
            }
        }

        private static string NameOf(string nevra) => Nevra.TryParse(nevra)?.Name ?? nevra;
    }
}
