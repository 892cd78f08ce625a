using PatchTools.Versions;

namespace PatchTools.Families.Zypper.Commands;

/// <content>The output, line by line.</content>
internal sealed partial record ZypperTranscript
{
    /// <summary>One output and what its lines have said so far.</summary>
    private sealed class Reader(string output)
    {
        private readonly string[] _lines = [.. output.Split('\n').Select(l => l.TrimEnd())];
        private readonly Dictionary<string, string> _packages = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string> _downloads = new(StringComparer.Ordinal);
        private readonly HashSet<string> _unsigned = new(StringComparer.Ordinal);
        private readonly List<string> _warnings = [];

        /// <summary>Bare name of the package that is fetched.</summary>
        private string _retrieving = "";
        private string? _reason;

        public ZypperTranscript Whole()
        {
            for (var i = 0; i < _lines.Length; i++)
            {
                var line = _lines[i];
                if (!TakeInstall(line, i) && !TakeDownload(line))
                    TakeEnd(line, i);
            }

            return new ZypperTranscript
            {
                PackageFailures = _packages,
                DownloadFailures = _downloads,
                NotAuthenticated = _unsigned,
                ScriptWarnings = _warnings,
                DiskFull = _lines
                    .Select(l => l.Trim())
                    .FirstOrDefault(l =>
                        l.Contains("No space left on device", StringComparison.Ordinal)
                        || (
                            l.Contains("installing package", StringComparison.Ordinal)
                            && l.Contains("more space on", StringComparison.Ordinal)
                        )
                    ),
                HasNoRoomForDownloads = _lines.Any(l =>
                    l.Contains("Failed to write", StringComparison.Ordinal)
                    || l.Contains("Write error", StringComparison.Ordinal)
                ),
                Reason =
                    _reason
                    ?? _lines
                        .Select(l => l.Trim())
                        .LastOrDefault(l => l.Length > 0 && !l.StartsWith("Please see", StringComparison.Ordinal)),
            };
        }

        /// <summary>What rpm says of a package; false for another line.</summary>
        private bool TakeInstall(string line, int index)
        {
            if (InstallFailed().Match(line) is { Success: true } failed)
                _packages.TryAdd(NameOf(failed.Groups["nevra"].Value), RpmReason(index + 1));
            else if (Scriptlet().Match(line) is { Success: true } scriptlet)
                _warnings.Add(
                    $"{NameOf(scriptlet.Groups["nevra"].Value)} is installed, but its "
                        + $"{scriptlet.Groups["kind"].Value} scriptlet failed: "
                        + $"{scriptlet.Groups["why"].Value}{Words(index)}"
                );
            else if (ScriptletError().Match(line) is { Success: true } error)
                _packages.TryAdd(NameOf(error.Groups["nevra"].Value), $"{error.Groups["what"].Value}{Words(index)}");
            else if (AfterTransaction().Match(line) is { Success: true } late)
                _warnings.Add(
                    $"{NameOf(late.Groups["nevra"].Value)} is installed, but its %posttrans scriptlet failed: "
                        + $"exit status {late.Groups["status"].Value}{LateWords(index)}"
                );
            else
                return false;
            return true;
        }

        /// <summary>What comes of fetching a package and looking at it; false for another line.</summary>
        private bool TakeDownload(string line)
        {
            if (Retrieving().Match(line) is { Success: true } package)
                _retrieving = NameOf(package.Groups["nevra"].Value);
            else if (NotPreloaded().Match(line) is { Success: true } preload)
                _downloads.TryAdd(NameOf(preload.Groups["nevra"].Value), WithoutAddress(preload.Groups["why"].Value));
            else if (Unsigned().Match(line) is { Success: true } signature)
                Refuse(
                    NameOf(signature.Groups["nevra"].Value),
                    $"its signature was not accepted: {signature.Groups["why"].Value}"
                );
            else if (Corrupted().Match(line) is { Success: true } corrupted)
                _downloads[NameOf(corrupted.Groups["nevra"].Value)] =
                    "what was downloaded is not what the repository promised (digest verification failed)";
            else if (NotOnMedium().Match(line) is { Success: true } gone && _retrieving.Length > 0)
                _downloads.TryAdd(_retrieving, $"{gone.Groups["what"].Value} was not found in the repository");
            else if (DownloadError().IsMatch(line) && _retrieving.Length > 0)
                _downloads.TryAdd(_retrieving, WithoutAddress(line));
            else
                return false;
            return true;
        }

        private void Refuse(string name, string why)
        {
            _unsigned.Add(name);
            _packages.TryAdd(name, why);
        }

        /// <summary>Files of two packages, and the reason with which the tool ends.</summary>
        private void TakeEnd(string line, int index)
        {
            if (
                line.StartsWith("File /", StringComparison.Ordinal)
                && index + 4 < _lines.Length
                && FileConflict(index) is var (one, other)
            )
                _packages.TryAdd(one, $"{line["File ".Length..]} is also in {other}");
            else if (line.StartsWith("Problem occurred", StringComparison.Ordinal) && index + 1 < _lines.Length)
                _reason = _lines[index + 1].Trim();
        }

        /// <summary>The scriptlet's own words with rpm's, or what rpm says last.</summary>
        private string RpmReason(int start)
        {
            List<string> block =
            [
                .. WordsBefore(start - 1),
                .. _lines
                    .Skip(start)
                    .TakeWhile(l => l.Length > 0)
                    .Where(l => !l.StartsWith("rpm: ", StringComparison.Ordinal))
                    .Select(l =>
                        l.Replace("Error: Subprocess failed. Error: RPM failed: ", "", StringComparison.Ordinal)
                    ),
            ];
            block.RemoveAll(l => l.StartsWith("rpm: ", StringComparison.Ordinal));
            var scriptlet = block.FindIndex(l => l.Contains("scriptlet failed", StringComparison.Ordinal));
            var said =
                scriptlet > 0 && !block[scriptlet - 1].StartsWith("error: ", StringComparison.Ordinal)
                    ? $" ({block[scriptlet - 1].Trim()})"
                    : "";
            var text =
                scriptlet >= 0
                    ? block[scriptlet]
                    : block.Find(l =>
                        l.StartsWith("error: ", StringComparison.Ordinal)
                        && !l.EndsWith("install failed", StringComparison.Ordinal)
                    )
                        ?? block.FirstOrDefault()
                        ?? "rpm gave no reason";
            return (text.StartsWith("error: ", StringComparison.Ordinal) ? text["error: ".Length..] : text) + said;
        }

        /// <summary>What rpm said between the line of the package and the one that it failed.</summary>
        private string[] WordsBefore(int end)
        {
            var begin = end;
            while (begin > 0 && _lines[begin - 1].Length > 0 && !_lines[begin - 1].StartsWith('('))
                begin--;
            return begin > 0 && _lines[begin - 1].StartsWith('(') ? _lines[begin..end] : [];
        }

        /// <summary>The scriptlet's own last line is often the better half of the reason.</summary>
        private string Words(int index)
        {
            var words = index == 0 ? "" : _lines[index - 1].Trim();
            return
                words.Length == 0
                || words.StartsWith('(')
                || words.StartsWith("rpm: ", StringComparison.Ordinal)
                || words.StartsWith("Additional rpm", StringComparison.Ordinal)
                ? ""
                : $" ({words})";
        }

        /// <summary>The last line of what a scriptlet wrote, which stands indented before.</summary>
        private string LateWords(int index)
        {
            var words = _lines.Take(index).LastOrDefault(l => l.Trim().Length > 0) ?? "";
            return words.StartsWith("  ", StringComparison.Ordinal) ? $" ({words.Trim()})" : "";
        }

        /// <summary>The package that brings the file, and the one that has it.</summary>
        private (string One, string Other)? FileConflict(int index)
        {
            var one = _lines[index + 2].Trim();
            var other = _lines[index + 4].Trim();
            return
                Provider().Match(one) is { Success: true } first && Provider().Match(other) is { Success: true } second
                ? (NameOf(first.Groups["nevra"].Value), second.Groups["nevra"].Value)
                : null;
        }

        private static string NameOf(string nevra) => Nevra.TryParse(nevra)?.Name ?? nevra;
    }
}
