using System.Text.RegularExpressions;

namespace PatchTools.Families.Dnf.Planning;

/// <content>The lines that count, of dnf 4, dnf 5 and yum 3.</content>
internal sealed partial record DnfAnswer
{
    [GeneratedRegex(
        @"^---> Package (?<name>\S+)\.(?<arch>[^\s.]+) (?<evr>\S+) will be (?<what>an? \w+|\w+)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex PackageLine();

    [GeneratedRegex(
        @"^ *Problem(?: \d+)?: (?<text>.+)$|^Error: (?<text>Package: \S+ .*|.* conflicts with .*|Trying to "
            + @"remove "".*"", which is protected)$|^(?:Error: +| {7})(?<text>Protected multilib versions: .+)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex ProblemLine();

    [GeneratedRegex(@"^ +(?:Available: |Not found$)|^ {15}", RegexOptions.CultureInvariant)]
    private static partial Regex AsideLine();

    [GeneratedRegex(@"^Package ""?(?<nevra>[^\s""]+)""? is already installed\.$", RegexOptions.CultureInvariant)]
    private static partial Regex PresentLine();

    [GeneratedRegex(
        @"^(?:No [Mm]atch for argument:|All matches were filtered out by \w+ filtering for argument:) "
            + @"(?<spec>\S+)$|^No package (?<yum>\S+) available\.$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex UnmatchedLine();

    [GeneratedRegex(
        @"^(?:Argument|Cannot perform \w+ because) '(?<spec>[^']+)' (?<why>matches only .+?)\.?$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex HiddenLine();

    [GeneratedRegex(
        @"^(?:Exiting on user command|Operation aborted\.|Operation aborted by the user\.)\s*$",
        RegexOptions.CultureInvariant | RegexOptions.Multiline
    )]
    private static partial Regex DeclinedLine();

    [GeneratedRegex(@"^Total download size: (?<number>[0-9.]+) ?(?<unit>[kMG]?)$", RegexOptions.CultureInvariant)]
    private static partial Regex DownloadLine();
}
