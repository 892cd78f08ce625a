using System.Text.RegularExpressions;

namespace PatchTools.Families.Dnf.Commands;

/// <content>The lines that count, of dnf 4, dnf 5, yum 3 and rpm.</content>
internal sealed partial record DnfTranscript
{
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
