using System.Text.RegularExpressions;
using PatchTools.Versions;

namespace PatchTools.Families.Dnf.Commands;

/// <summary>What a transaction's output says of its failures and their causes.</summary>
internal sealed partial record DnfTranscript
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

    /// <summary>Scriptlets that failed after their package was installed: to rpm a warning.</summary>
    public required IReadOnlyList<string> ScriptWarnings { get; init; }

    /// <summary>
    /// Scriptlets of replaced versions that failed: the new version is installed, and the tool calls the transaction
    /// failed.
    /// </summary>
    public required IReadOnlyList<string> ScriptFailures { get; init; }

    /// <summary>rpm's database was locked at the last moment.</summary>
    public required bool IsLocked { get; init; }

    /// <summary>A file system ran full while unpacking.</summary>
    public required string? DiskFull { get; init; }

    /// <summary>The download directory is too small for all at once: fewer at a time may fit.</summary>
    public required bool HasNoRoomForDownloads { get; init; }

    /// <summary>The tool's last error; null when it gave none.</summary>
    public required string? Reason { get; init; }

    private const string KeepsBoth = "; rpm keeps this version in its database next to the new one";

    // dnf 4.14.0, rpm 4.18.0. A %pre that fails keeps the old version; a %post that fails is a warning, and dnf ends
    // with 0; a %preun of the old version that fails leaves both versions in the database:
    //     Running scriptlet: s-pre-1.1-1.x86_64                                     1/2
    //   not today
    //   error: %prein(s-pre-1.1-1.x86_64) scriptlet failed, exit status 1
    //
    //   Error in PREIN scriptlet in rpm package s-pre
    //   warning: %post(s-post-1.1-1.x86_64) scriptlet failed, exit status 3
    //   error: %preun(s-old-1.0-2.x86_64) scriptlet failed, exit status 4
    //   Failed:
    //     s-pre-1.0-1.x86_64                       s-pre-1.1-1.x86_64
    //
    //   Error: Transaction failed
    // Before anything is changed:
    //   Error: Transaction test error:
    //     file /usr/share/x from install of s-b-1.1-1.x86_64 conflicts with file from package s-a-1.0-1.x86_64
    //     installing package s-big-1.1-1.x86_64 needs 101MB more space on the / filesystem
    //   Package s-plain-1.1-1.x86_64.rpm is not signed
    //   Public key for s-signed-1.1-1.x86_64.rpm is not installed. Failing package is: s-signed-1.1-1.x86_64
    //   Error: GPG check FAILED
    //   [MIRROR] s-gone-1.1-1.x86_64.rpm: Status code: 404 for http://127.0.0.1:8000/s-gone-1.1-1.x86_64.rpm (IP: 127.0.0.1)
    // [MIRROR] s-bad-1.1-1.x86_64.rpm: Downloading successful, but checksum doesn't match. Calculated: 4b97…(sha256)
    // Expected: cffa…(sha256)
    //   [FAILED] s-gone-1.1-1.x86_64.rpm: No more mirrors to try - All mirrors were already tried without success
    //   Error: Error downloading packages:
    //     s-gone-1.1-1.x86_64: Cannot download, all mirrors were already tried without success
    //   RPM: error: can't create transaction lock on /var/lib/rpm/.rpm.lock (Resource temporarily unavailable)
    // rpm while unpacking:
    //   error: unpacking of archive failed on file /usr/share/big;65f: cpio: write failed - No space left on device
    //   error: s-big-1.1-1.x86_64: install failed
    // yum 3.4.3, rpm 4.11. Packages with the epoch before the name, failed ones as name.arch epoch:version-release;
    // errors that end it without "Error:". That a key is not installed is said before it is imported, too:
    //   Public key for postgresql10-10.11-2PGDG.rhel7.x86_64.rpm is not installed
    //   Importing GPG key 0x442DF0F8:
    //   Running transaction check
    //   Error downloading packages:
    //     1:mariadb-server-5.5.68-1.el7.x86_64: [Errno 256] No more mirrors to try.
    //   Package ot-recorder-0.7.6-1.x86_64.rpm is not signed
    //   Transaction check error:
    //     file /usr/share/x from install of s-b-1.1-1.x86_64 conflicts with file from package s-a-1.0-1.x86_64
    //   Error unpacking rpm package setup-2.8.71-10.el7.noarch
    //   error: unpacking of archive failed on file /etc/hosts: cpio: rename
    //   error: setup-2.8.71-10.el7.noarch: install failed
    //   2:container-selinux-2.119.2-1.911c772.el7_8.noarch was supposed to be installed but is not!
    //   Failed:
    //     setup.noarch 0:2.8.71-10.el7
    //   Another app is currently holding the yum lock; exiting as configured by exit_on_lock
    // dnf5 5.2 and 5.4. A message follows the line of the package that it is about:
    //   [1/2] s-gone-0:1.1-1.x86_64             100% |   0.0   B/s |   0.0   B |  00m00s
    //   >>> Status code: 404 for https://repo.example.com/s-gone-1.1-1.x86_64.rpm (IP: 192.0.2.1) - https://repo.example.com/s-gone-1.1-1.x86_64.rpm
    //   >>> No more mirrors to try - All mirrors were already tried without success
    //   >>> Running %pre scriptlet: Package-pre-fail-0:1.0-1.x86_64
    //   >>> Error in %pre scriptlet: Package-pre-fail-0:1.0-1.x86_64
    //   >>> Non-critical error in post-transaction scriptlet: kernel-core-0:6.14.3-200.fc41.x86_64
    // From 5.3 on with the words, and rpm's own line:
    //   >>> Error in %pre scriptlet: s-bad-0:1.1-1.x86_64
    //   >>> Scriptlet output:
    //   >>> the database is locked
    //   >>>
    //   >>> [RPM] %prein(s-bad-1.1-1.x86_64) scriptlet failed, exit status 3
    //   Transaction failed: Rpm transaction failed.
    //   Transaction failed: Signature verification failed.
    // OpenPGP check for package "xpra-html5-19-1.r1.fc42.noarch"
    // (/var/cache/libdnf5/…/xpra-html5-19-1.r1.fc42.noarch.rpm) from repo "xpra" has failed: The package is not signed.
    public static DnfTranscript Parse(string output)
    {
        Dictionary<string, string> failures = new(StringComparer.Ordinal);
        Dictionary<string, string> downloads = new(StringComparer.Ordinal);
        Dictionary<string, string> mirrors = new(StringComparer.Ordinal);
        HashSet<string> untrusted = new(StringComparer.Ordinal);
        List<string> warnings = [];
        List<string> broken = [];
        List<string> failed = [];
        string? reason = null;
        string? current = null;
        string? cause = null;
        var lines = output.Split('\n').Select(line => line.TrimEnd('\r', ' ')).ToArray();
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (Scriptlet().Match(line) is { Success: true } scriptlet)
            {
                var said = LastWords(i - 1);
                var text =
                    $"its {scriptlet.Groups["kind"].Value} scriptlet failed, "
                    + $"{scriptlet.Groups["why"].Value}{(said is null ? "" : $" ({said})")}";
                if (
                    scriptlet.Groups["level"].Value == "error"
                    && scriptlet.Groups["kind"].Value is "%prein" or "%pretrans" or "%pre"
                )
                    failures.TryAdd(NameOf(scriptlet.Groups["nevra"].Value), text);
                else
                    (scriptlet.Groups["level"].Value == "error" ? broken : warnings).Add(
                        $"{scriptlet.Groups["nevra"].Value}: {text}"
                            + (scriptlet.Groups["kind"].Value == "%preun" ? KeepsBoth : "")
                    );
            }
            else if (InstallFailed().Match(line) is { Success: true } unpack)
            {
                failures.TryAdd(
                    NameOf(unpack.Groups["nevra"].Value),
                    ErrorAt(i - 1) ?? ArchiveError(i + 1) ?? "rpm could not install it"
                );
            }
            else if (Dnf5Scriptlet().Match(line) is { Success: true } broke)
            {
                var failure = Dnf5ScriptletFailure.Read(
                    broke.Groups["kind"].Value,
                    broke.Groups["nevra"].Value,
                    lines,
                    i
                );
                if (broke.Groups["level"].Value == "Non-critical error")
                    warnings.Add($"{failure.Nevra}: {failure.Text}");
                else if (failure.KeepsOut)
                    failures.TryAdd(NameOf(failure.Nevra), failure.Text);
                else
                    broken.Add($"{failure.Nevra}: {failure.Text}{(failure.KeepsOld ? KeepsBoth : "")}");
            }
            else if (line == "Running transaction check")
            {
                // Every signature is good by now: whatever key was missing has been imported.
                foreach (var name in untrusted)
                    failures.Remove(name);
                untrusted.Clear();
            }
            else if (NotInstalled().Match(line) is { Success: true } absent)
            {
                failed.Add(absent.Groups["nevra"].Value);
            }
            else if (Dnf5Bar().Match(line) is { Success: true } bar)
            {
                current = bar.Groups["nevra"].Value;
                cause = null;
            }
            else if (line.StartsWith(">>> No more mirrors to try", StringComparison.Ordinal) && current is not null)
            {
                if (Nevra.TryParse(current) is { } gone)
                    downloads.TryAdd(gone.Name, $"{current}: {cause ?? "No more mirrors to try"}");
                current = null;
            }
            else if (line.StartsWith(">>> ", StringComparison.Ordinal) && Dnf5Cause().IsMatch(line))
            {
                cause = WithoutAddress(line[4..]);
            }
            else if (FileConflict().Match(line) is { Success: true } conflict)
            {
                failures.TryAdd(NameOf(conflict.Groups["nevra"].Value), line.Trim());
            }
            else if (Unsigned().Match(line) is { Success: true } unsigned)
            {
                var name = NameOf(unsigned.Groups["file"].Value);
                untrusted.Add(name);
                failures.TryAdd(name, CachePath().Replace(line.Trim().TrimStart('-', ' ').TrimEnd('.'), ""));
            }
            else if (Mirror().Match(line) is { Success: true } mirror)
            {
                mirrors[mirror.Groups["file"].Value] = WithoutAddress(mirror.Groups["why"].Value);
            }
            else if (DownloadFailed().Match(line) is { Success: true } download)
            {
                var file = download.Groups["file"].Value;
                downloads.TryAdd(
                    NameOf(file),
                    $"{(file.EndsWith(".rpm", StringComparison.Ordinal) ? file : file + ".rpm")}: "
                        + $"{Why(file) ?? WithoutAddress(download.Groups["why"].Value)}"
                );
            }
            else if (line == "Failed:")
            {
                while (i + 1 < lines.Length && lines[i + 1].StartsWith(' '))
                    failed.AddRange(FailedOf(lines[++i].Split(' ', StringSplitOptions.RemoveEmptyEntries)));
            }
            else if (LastError().Match(line) is { Success: true } last)
            {
                var detail =
                    (line.EndsWith(':') || line.StartsWith("Transaction failed", StringComparison.Ordinal))
                    && i + 1 < lines.Length
                        ? lines[i + 1].Trim()
                        : "";
                reason = WithoutAddress($"{last.Groups["text"].Value} {detail}".Trim());
            }
        }

        // yum ends with the signature's own words.
        reason ??= untrusted.Count > 0 ? failures[untrusted.First()] : null;

        // What nothing else explains; a version that was only to be replaced is in the list as well.
        foreach (
            var name in failed
                .Select(NameOf)
                .Where(n =>
                    !failures.ContainsKey(n)
                    && !downloads.ContainsKey(n)
                    && !broken.Exists(w => w.StartsWith(n + "-", StringComparison.Ordinal))
                )
                .ToList()
        )
            failures.TryAdd(name, reason ?? "the transaction failed");
        return new DnfTranscript
        {
            PackageFailures = failures,
            DownloadFailures = downloads,
            NotAuthenticated = untrusted,
            ScriptWarnings = [.. warnings.Distinct(StringComparer.Ordinal)],
            ScriptFailures = [.. broken.Distinct(StringComparer.Ordinal)],
            IsLocked =
                output.Contains("can't create transaction lock on", StringComparison.Ordinal)
                || output.Contains("already locked by ", StringComparison.Ordinal)
                || output.Contains("exiting as configured by exit_on_lock", StringComparison.Ordinal)
                || output.Contains("Failed to obtain rpm transaction lock", StringComparison.Ordinal),
            DiskFull = lines
                .Select(l => l.Trim())
                .FirstOrDefault(l => l.Contains("No space left on device", StringComparison.Ordinal)),
            HasNoRoomForDownloads =
                output.Contains("nsufficient space in download directory", StringComparison.Ordinal)
                || output.Contains("Failed writing received data to disk", StringComparison.Ordinal),
            Reason = reason,
        };

        string? Why(string file) => mirrors.GetValueOrDefault(file) ?? mirrors.GetValueOrDefault(file + ".rpm");

        // The scriptlet's own last line is often the better half of the reason.
        string? LastWords(int index)
        {
            var words = index < 0 ? "" : lines[index].Trim();
            return words.Length == 0 || Routine().IsMatch(words) ? null : words;
        }

        // yum says that a package cannot be unpacked before rpm says why.
        string? ArchiveError(int index) =>
            lines
                .Skip(index)
                .Take(4)
                .FirstOrDefault(l => l.StartsWith("error: unpacking of archive failed", StringComparison.Ordinal))
                is { } line
                ? line["error: ".Length..]
                : null;

        string? ErrorAt(int index) =>
            index >= 0 && lines[index].StartsWith("error: ", StringComparison.Ordinal)
                ? lines[index]["error: ".Length..]
                : null;
    }

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

    /// <summary>Addresses of repositories may carry passwords and signatures, and do not help.</summary>
    public static string WithoutAddress(string text) =>
        Address().Replace(text[..EndOfReason(text)], "(address)").Trim();

    private static int EndOfReason(string text)
    {
        if (text.IndexOf(". Calculated:", StringComparison.Ordinal) is var sums and > 0)
            return sums;
        return text.IndexOf(" for http", StringComparison.Ordinal) is var address and > 0 ? address : text.Length;
    }

    [GeneratedRegex(
        @"^(?<level>error|warning): (?<kind>%\w+)\((?<nevra>[^)\s]+)\) scriptlet failed, (?<why>.+)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Scriptlet();

    [GeneratedRegex(
        @"^>>> (?<level>Error|Non-critical error) in (?<kind>\S+) scriptlet: (?<nevra>\S+)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Dnf5Scriptlet();

    [GeneratedRegex(
        @"^(?:\[ *[0-9]{1,6}/ *[0-9]{1,6}\])? (?<nevra>[^\s:]+-[0-9]+:\S+\.\S+) +[0-9]{1,3}% \|",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Dnf5Bar();

    [GeneratedRegex(
        @"^>>> (?:Status code|Curl error|Downloading successful|Interrupted by|Librepo error)",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Dnf5Cause();

    [GeneratedRegex(@"^(?<nevra>\S+) was supposed to be installed but is not!$", RegexOptions.CultureInvariant)]
    private static partial Regex NotInstalled();

    [GeneratedRegex(@"^[0-9]{1,10}:[^\s:]+-[^\s:]+$", RegexOptions.CultureInvariant)]
    private static partial Regex YumEdition();

    [GeneratedRegex(
        @"^(?:Error: (?<text>.+)|(?<text>Error downloading packages:|Transaction check error:|Transaction "
            + @"failed: .+|Failed to download packages))$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex LastError();

    [GeneratedRegex(
        @"^(?:>>> \[RPM\] |error: )(?<nevra>\S+): install failed$|(?:^|/[0-9]+ *)Error unpacking rpm package "
            + @"(?<nevra>\S+)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex InstallFailed();

    [GeneratedRegex(
        @"^ *(?:- )?file \S+ (?:from install of|conflicts between attempted installs of) (?<nevra>\S+) "
            + @"(?:conflicts with file|and) ",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex FileConflict();

    [GeneratedRegex(
        @"^ *(?:Package (?<file>\S+\.rpm) is not signed|Public key for (?<file>\S+\.rpm) is not "
            + @"(?:installed|trusted)|Problem opening package (?<file>\S+\.rpm)|The downloaded (?<file>\S+) has "
            + @"invalid signature|error: skipping package (?:\S*/)?(?<file>[^\s/]+\.rpm) with unverifiable "
            + @"signature|(?:Open)?PGP check for package ""(?<file>[^""]+)"" .* has failed: |- package (?<file>\S+) "
            + @"does not verify: )",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Unsigned();

    [GeneratedRegex(@" \(/\S+\)", RegexOptions.CultureInvariant)]
    private static partial Regex CachePath();

    [GeneratedRegex(@"^\[MIRROR\] (?<file>\S+\.rpm): (?<why>.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Mirror();

    [GeneratedRegex(
        @"^\[FAILED\] (?<file>\S+\.rpm): (?<why>.+)$|^ +(?<file>\S+): (?<why>Cannot download.*)$|^ "
            + @"*(?<file>\S+): \[Errno 256\] (?<why>.+)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex DownloadFailed();

    [GeneratedRegex(
        @"^(Preparing|Installing|Upgrading|Updating|Cleanup|Verifying|Erasing|Obsoleting|Running scriptlet) "
            + @"*:|^(error|warning|Error)[: ]",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Routine();

    [GeneratedRegex(@"\b(?:https?|ftp|s3)://\S+", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
