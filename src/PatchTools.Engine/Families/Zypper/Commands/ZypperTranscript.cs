using System.Text.RegularExpressions;

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
    public static ZypperTranscript Parse(string output) => new Reader(output).Whole();

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
