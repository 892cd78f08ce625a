using System.Text.RegularExpressions;
using PatchTools.Versions;

namespace PatchTools.Families.Zypper.Commands;

/// <summary>What a transaction's output says of its failures and their causes.</summary>
internal sealed partial record ZypperTranscript
{
    /// <summary>
    /// Reason by bare package name: a scriptlet that must succeed, unpacking, a file of another package, a signature.
    /// </summary>
    public required IReadOnlyDictionary<string, string> PackageFailures { get; init; }

    /// <summary>
    /// Reason by bare package name: a file that could not be fetched or is not what the repository promised.
    /// </summary>
    public required IReadOnlyDictionary<string, string> DownloadFailures { get; init; }

    /// <summary>
    /// Packages of <see cref="PackageFailures"/> whose signature is missing or of nobody the host trusts.
    /// </summary>
    public required IReadOnlySet<string> NotAuthenticated { get; init; }

    /// <summary>Scriptlets that failed without keeping their package from being installed.</summary>
    public required IReadOnlyList<string> ScriptWarnings { get; init; }

    /// <summary>A file system ran full while unpacking.</summary>
    public required string? DiskFull { get; init; }

    /// <summary>The download directory is too small for all at once: fewer at a time may fit.</summary>
    public required bool HasNoRoomForDownloads { get; init; }

    /// <summary>The transaction's own reason where no package is blamed; null when it gave none.</summary>
    public required string? Reason { get; init; }

    // zypper 1.14.42, libzypp 17.25.7, rpm 4.18.0. A scriptlet or unpacking; what comes after it is not begun:
    //   (3/4) Installing: s-2.0-1.noarch [...error]
    //   Installation of s-2.0-1.noarch failed:
    //   Error: Subprocess failed. Error: RPM failed: error: %prein(s-2.0-1.noarch) scriptlet failed, exit status 1
    //   error: s-2.0-1.noarch: install failed
    //   error: s-1.0-1.noarch: erase skipped
    //
    //   Abort, retry, ignore? [a/r/i] (a): a
    //   Problem occurred during or after installation or removal of packages:
    //   Installation has been aborted as directed.
    // zypper 1.14.89, libzypp 17.36: what rpm says comes before, as it says it:
    //   (1/3) Installing: s-bad-1.1-1.x86_64 [..
    //   the database is locked
    //   error: %prein(s-bad-1.1-1.x86_64) scriptlet failed, exit status 3
    //   error: s-bad-1.1-1.x86_64: install failed
    //   error: s-bad-1.0-1.x86_64: erase skipped
    //   error]
    //   Installation of s-bad-1.1-1.x86_64 failed:
    //   Error: Subprocess failed. Error: RPM failed: Command exited with status 1.
    // A %post, with which the package is installed (exit code 107):
    //   Additional rpm output:
    //   post words
    //   warning: %post(t-2.0-1.noarch) scriptlet failed, exit status 3
    // In one transaction of rpm, whose failures do not reach the exit code (ZYPP_SINGLE_RPMTRANS, libzypp 17.38):
    //   (2/2) Executing preun script for: s-bad-1.0-1.x86_64 [.
    //   error: %preun(s-bad-1.0-1.x86_64) scriptlet failed, exit status 1
    //   error]
    //   error: s-bad-1.0-1.x86_64: erase failed
    // A %posttrans, which zypper before 1.14.89 runs itself:
    //   Executing %posttrans script 's-bad-1.1-1.x86_64.rpm' [..
    //   Output of s-bad-1.1-1.x86_64.rpm %posttrans script:
    //       the database is locked
    //
    //   Warning: s-bad-1.1-1.x86_64.rpm %posttrans script failed (returned 3)
    // Downloads; the address stands only on the line of the medium:
    //   Retrieving package gone-2.0-1.noarch (2/2),   5.4 KiB (    0   B unpacked)
    //   File './noarch/gone-2.0-1.noarch.rpm' not found on medium 'dir:/srv/repo2'
    //   Abort, retry, ignore? [a/r/i/...? shows all options] (a): a
    // and libzypp 17.38, which fetches all of them first:
    //   Preloading: s-bad-1.1-1.x86_64.rpm [The requested URL returned error: 404]
    //   Installation has completed with error.
    //   Warning: Digest verification failed for file 'bad-2.0-1.noarch.rpm'
    //   Package bad-2.0-1.noarch (Repo One) seems to be corrupted during transfer. Do you want to retry retrieval?
    // Signatures:
    //   lic-2.0-1.noarch (Repo One): Signature verification failed [6-File is unsigned]
    // Files of others:
    //   Detected 1 file conflict:
    //
    //   File /usr/share/fx/x
    //     from install of
    //        fb-2.0-1.noarch (Repo One)
    //     conflicts with file from package
    //        fa-1.0-1.noarch (@System)
    public static ZypperTranscript Parse(string output)
    {
        Dictionary<string, string> packages = new(StringComparer.Ordinal);
        Dictionary<string, string> downloads = new(StringComparer.Ordinal);
        HashSet<string> unsigned = new(StringComparer.Ordinal);
        List<string> warnings = [];
        var lines = output.Split('\n').Select(l => l.TrimEnd()).ToArray();
        var retrieving = "";
        string? reason = null;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (Retrieving().Match(line) is { Success: true } package)
                retrieving = NameOf(package.Groups["nevra"].Value);
            else if (InstallFailed().Match(line) is { Success: true } failed)
                packages.TryAdd(NameOf(failed.Groups["nevra"].Value), RpmReason(lines, i + 1));
            else if (Scriptlet().Match(line) is { Success: true } scriptlet)
                warnings.Add(
                    $"{NameOf(scriptlet.Groups["nevra"].Value)} is installed, but its "
                        + $"{scriptlet.Groups["kind"].Value} scriptlet failed: "
                        + $"{scriptlet.Groups["why"].Value}{Words(lines, i)}"
                );
            else if (NotPreloaded().Match(line) is { Success: true } preload)
                downloads.TryAdd(NameOf(preload.Groups["nevra"].Value), WithoutAddress(preload.Groups["why"].Value));
            else if (ScriptletError().Match(line) is { Success: true } error)
                packages.TryAdd(NameOf(error.Groups["nevra"].Value), $"{error.Groups["what"].Value}{Words(lines, i)}");
            else if (AfterTransaction().Match(line) is { Success: true } late)
                warnings.Add(
                    $"{NameOf(late.Groups["nevra"].Value)} is installed, but its %posttrans scriptlet failed: "
                        + $"exit status {late.Groups["status"].Value}{LateWords(lines, i)}"
                );
            else if (Unsigned().Match(line) is { Success: true } signature)
                Refuse(
                    NameOf(signature.Groups["nevra"].Value),
                    $"its signature was not accepted: {signature.Groups["why"].Value}"
                );
            else if (Corrupted().Match(line) is { Success: true } corrupted)
                downloads[NameOf(corrupted.Groups["nevra"].Value)] =
                    "what was downloaded is not what the repository promised (digest verification failed)";
            else if (NotOnMedium().Match(line) is { Success: true } gone && retrieving.Length > 0)
                downloads.TryAdd(retrieving, $"{gone.Groups["what"].Value} was not found in the repository");
            else if (DownloadError().IsMatch(line) && retrieving.Length > 0)
                downloads.TryAdd(retrieving, WithoutAddress(line));
            else if (
                line.StartsWith("File /", StringComparison.Ordinal)
                && i + 4 < lines.Length
                && FileConflict(lines, i) is var (one, other)
            )
                packages.TryAdd(one, $"{line["File ".Length..]} is also in {other}");
            else if (line.StartsWith("Problem occurred", StringComparison.Ordinal) && i + 1 < lines.Length)
                reason = lines[i + 1].Trim();
        }

        return new ZypperTranscript
        {
            PackageFailures = packages,
            DownloadFailures = downloads,
            NotAuthenticated = unsigned,
            ScriptWarnings = warnings,
            DiskFull = lines
                .Select(l => l.Trim())
                .FirstOrDefault(l =>
                    l.Contains("No space left on device", StringComparison.Ordinal)
                    || (
                        l.Contains("installing package", StringComparison.Ordinal)
                        && l.Contains("more space on", StringComparison.Ordinal)
                    )
                ),
            HasNoRoomForDownloads = lines.Any(l =>
                l.Contains("Failed to write", StringComparison.Ordinal)
                || l.Contains("Write error", StringComparison.Ordinal)
            ),
            Reason =
                reason
                ?? lines
                    .Select(l => l.Trim())
                    .LastOrDefault(l => l.Length > 0 && !l.StartsWith("Please see", StringComparison.Ordinal)),
        };

        void Refuse(string name, string why)
        {
            unsigned.Add(name);
            packages.TryAdd(name, why);
        }
    }

    /// <summary>The scriptlet's own words with rpm's, or what rpm says last.</summary>
    private static string RpmReason(string[] lines, int start)
    {
        List<string> block =
        [
            .. WordsBefore(lines, start - 1),
            .. lines
                .Skip(start)
                .TakeWhile(l => l.Length > 0)
                .Where(l => !l.StartsWith("rpm: ", StringComparison.Ordinal))
                .Select(l => l.Replace("Error: Subprocess failed. Error: RPM failed: ", "", StringComparison.Ordinal)),
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
    private static string[] WordsBefore(string[] lines, int end)
    {
        var begin = end;
        while (begin > 0 && lines[begin - 1].Length > 0 && !lines[begin - 1].StartsWith('('))
            begin--;
        return begin > 0 && lines[begin - 1].StartsWith('(') ? lines[begin..end] : [];
    }

    /// <summary>The scriptlet's own last line is often the better half of the reason.</summary>
    private static string Words(string[] lines, int index)
    {
        var words = index == 0 ? "" : lines[index - 1].Trim();
        return
            words.Length == 0
            || words.StartsWith('(')
            || words.StartsWith("rpm: ", StringComparison.Ordinal)
            || words.StartsWith("Additional rpm", StringComparison.Ordinal)
            ? ""
            : $" ({words})";
    }

    /// <summary>The last line of what a scriptlet wrote, which stands indented before.</summary>
    private static string LateWords(string[] lines, int index)
    {
        var words = lines.Take(index).LastOrDefault(l => l.Trim().Length > 0) ?? "";
        return words.StartsWith("  ", StringComparison.Ordinal) ? $" ({words.Trim()})" : "";
    }

    /// <summary>The package that brings the file, and the one that has it.</summary>
    private static (string One, string Other)? FileConflict(string[] lines, int index)
    {
        var one = lines[index + 2].Trim();
        var other = lines[index + 4].Trim();
        return Provider().Match(one) is { Success: true } first && Provider().Match(other) is { Success: true } second
            ? (NameOf(first.Groups["nevra"].Value), second.Groups["nevra"].Value)
            : null;
    }

    private static string NameOf(string nevra) => Nevra.TryParse(nevra)?.Name ?? nevra;

    /// <summary>Addresses of repositories may carry passwords and signatures, and do not help.</summary>
    internal static string WithoutAddress(string text) => Address().Replace(text, "(address)").Trim();

    [GeneratedRegex(@"^Retrieving(?: package|:)? (?<nevra>\S+) \(", RegexOptions.CultureInvariant)]
    private static partial Regex Retrieving();

    [GeneratedRegex(@"^(?:Installation|Removal) of (?<nevra>\S+) failed:$", RegexOptions.CultureInvariant)]
    private static partial Regex InstallFailed();

    [GeneratedRegex(
        @"^warning: (?<kind>%\w+)\((?<nevra>[^)\s]+)\) scriptlet failed, (?<why>.+)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Scriptlet();

    [GeneratedRegex(
        @"^(?<nevra>\S+) \(.*\): Signature verification failed \[(?<why>[^\]]+)\]",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Unsigned();

    [GeneratedRegex(
        @"^Package (?<nevra>\S+) \(.*\) seems to be corrupted during transfer",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Corrupted();

    [GeneratedRegex(@"^error: (?<what>%\w+\((?<nevra>[^)\s]+)\) scriptlet failed, .+)$", RegexOptions.CultureInvariant)]
    private static partial Regex ScriptletError();

    [GeneratedRegex(
        @"^Preloading: (?<nevra>\S+?)(?:\.rpm)? \[(?<why>(?!done|already).+)\]$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex NotPreloaded();

    [GeneratedRegex(
        @"^Warning: (?<nevra>\S+?)(?:\.rpm)? %posttrans script failed \(returned (?<status>[0-9]+)\)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex AfterTransaction();

    [GeneratedRegex(@"^File '(?<what>[^']+)' not found on medium ", RegexOptions.CultureInvariant)]
    private static partial Regex NotOnMedium();

    [GeneratedRegex(
        @"^(?:Download \(curl\) error for |Timeout exceeded when accessing |Failed to provide |Failed to "
            + @"download |Error code: |Error message: )",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex DownloadError();

    [GeneratedRegex(@"^(?<nevra>\S+) \(", RegexOptions.CultureInvariant)]
    private static partial Regex Provider();

    [GeneratedRegex(@"\b(?:https?|ftp|s3|dir|file|nfs|smb|cifs)://?\S+", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
