using System.Text.RegularExpressions;
using PatchTools.Families.Apt.Planning;

namespace PatchTools.Families.Apt.Transaction;

/// <summary>What a failed transaction's output says of its causes.</summary>
internal sealed partial record AptTranscript
{
    /// <summary>Reason by bare package name: a maintainer script, unpacking, dependencies left unconfigured.</summary>
    public required IReadOnlyDictionary<string, string> PackageFailures { get; init; }

    /// <summary>
    /// Reason by bare package name: an archive that could not be fetched or is not what the repository promised.
    /// </summary>
    public required IReadOnlyDictionary<string, string> DownloadFailures { get; init; }

    /// <summary>apt's own messages, without what means nothing.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>A lock was taken at the last moment.</summary>
    public bool IsLocked =>
        Errors.Any(e =>
            e.StartsWith("Could not get lock", StringComparison.Ordinal)
            || e.StartsWith("Unable to acquire the dpkg frontend lock", StringComparison.Ordinal)
            || e.StartsWith("Unable to lock", StringComparison.Ordinal)
        );

    /// <summary>The file system is full: whatever else is tried makes it worse.</summary>
    public required string? DiskFull { get; init; }

    /// <summary>The archive directory is too small for all at once: fewer at a time may fit.</summary>
    public string? NoRoomForArchives =>
        Errors.FirstOrDefault(e => e.StartsWith("You don't have enough free space in", StringComparison.Ordinal));

    // apt 2.6.2, dpkg 1.21.22:
    //   not today
    //   dpkg: error processing archive /tmp/apt-dpkg-install-xt8Pd0/6-tpre_1.1_all.deb (--unpack):
    //    new tpre package pre-installation script subprocess returned error exit status 1
    //   Setting up tp (1.1) ...
    //   the configuration says no
    //   dpkg: error processing package tp (--configure):
    //    installed tp package post-installation script subprocess returned error exit status 3
    //   dpkg: dependency problems prevent configuration of tq:
    //    tq depends on tp (>= 1.1); however:
    //     Package tp is not configured yet.
    //
    //   dpkg: error processing package tq (--configure):
    //    dependency problems - leaving unconfigured
    //   E: Failed to fetch http://127.0.0.1:8000/pool/x_1.1_all.deb  404  File not found [IP: 127.0.0.1 8000]
    //   E: Failed to fetch http://127.0.0.1:8000/pool/x_1.1_all.deb  Hash Sum mismatch
    //      Hashes of expected file:
    //   E: You don't have enough free space in /var/cache/apt/archives/.
    //   dpkg: error processing archive /var/cache/apt/archives/y_1.1_all.deb (--unpack):
    // cannot copy extracted data for './usr/share/y/big' to '/usr/share/y/big.dpkg-new': failed to write (No space left
    // on device)
    public static AptTranscript Parse(string output)
    {
        Dictionary<string, string> failures = new(StringComparer.Ordinal);
        Dictionary<string, string> downloads = new(StringComparer.Ordinal);
        Dictionary<string, string> because = new(StringComparer.Ordinal);
        var lines = LinesOf(output);
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (Processing().Match(line) is { Success: true } processing)
            {
                var package = AptStatusLine.NameOf(processing.Groups["subject"].Value);
                var reason = Continuation(lines, i + 1) is { Length: > 0 } text ? text : "dpkg gave no reason";
                var said = because.GetValueOrDefault(package) ?? LastWords(lines, i - 1);
                failures.TryAdd(package, said is null ? reason : $"{reason} ({said})");
            }
            else if (Prevented().Match(line) is { Success: true } prevented)
            {
                because[prevented.Groups["package"].Value.Split(':')[0]] = Continuation(lines, i + 1);
            }
            else if (Fetch().Match(line) is { Success: true } fetch)
            {
                var file = Uri.UnescapeDataString(fetch.Groups["file"].Value);
                downloads.TryAdd(AptStatusLine.NameOf(file), $"{file}: {fetch.Groups["reason"].Value.Trim()}");
            }
        }

        var errors = AptSimulation
            .ErrorsOf(output)
            .Where(e => !e.StartsWith("Can not write log", StringComparison.Ordinal))
            .ToList();
        return new AptTranscript
        {
            PackageFailures = failures,
            DownloadFailures = downloads,
            Errors = errors,
            DiskFull = lines
                .Select(l => l.Trim())
                .FirstOrDefault(l => l.Contains("No space left on device", StringComparison.Ordinal)),
        };
    }

    /// <summary>
    /// dpkg writes to a terminal of apt's where there is one: lines end in CR LF there, and progress is written over
    /// and over after a CR.
    /// </summary>
    private static string[] LinesOf(string output) =>
        [.. output.Split('\n').Select(line => line.TrimEnd('\r')).Select(line => line[(line.LastIndexOf('\r') + 1)..])];

    /// <summary>The indented lines from there on, in one.</summary>
    private static string Continuation(string[] lines, int index)
    {
        List<string> parts = [];
        for (; index < lines.Length && lines[index].StartsWith(' '); index++)
            parts.Add(lines[index].Trim());
        return string.Join(" ", parts).TrimEnd('.');
    }

    /// <summary>The script's own last line is often the better half of the reason.</summary>
    private static string? LastWords(string[] lines, int index)
    {
        var words = index < 0 ? "" : lines[index].Trim();
        return words.Length == 0 || Routine().IsMatch(words) ? null : words;
    }

    /// <summary>The transaction's reason where no package is blamed.</summary>
    public string Reason => Errors.Count > 0 ? Errors[^1] : "apt gave no reason";

    [GeneratedRegex(
        @"^dpkg: error processing (?:package|archive) (?<subject>\S+)(?: \(.*\))?:",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Processing();

    [GeneratedRegex(
        @"^dpkg: dependency problems prevent (?:configuration|processing triggers) (?:of|for) (?<package>\S+):",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Prevented();

    [GeneratedRegex(@"^E: Failed to fetch \S*?(?<file>[^/\s]+\.deb)\s+(?<reason>.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Fetch();

    [GeneratedRegex(
        @"^(Setting up|Preparing to unpack|Unpacking|Selecting previously|Processing triggers|\(Reading "
            + @"database|Get:|dpkg: |Package \S+ is not)",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Routine();
}
