using System.Globalization;
using System.Text.RegularExpressions;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Ports;

namespace PatchTools.Families.Dnf.Transaction;

/// <summary>
/// Follows what dnf or yum write while they work and says what it means, with the part of the whole that is done.
/// </summary>
/// <inheritdoc/>
internal sealed partial class DnfProgress(HostContext host, IRunObserver observer, int from, int to)
    : TransactionProgress(host, observer, from, to)
{
    // dnf 4.14.0, standard output no terminal:
    // (1/2): s-app-1.1-1.x86_64.rpm                    91 kB/s | 6.1 kB     00:00
    //   Upgrading        : s-app-1.1-1.x86_64                                     1/2
    //   Running scriptlet: s-app-1.1-1.x86_64                                     1/2
    //   Cleanup          : s-app-1.0-1.x86_64                                     2/2
    //   Verifying        : s-app-1.1-1.x86_64                                     1/2
    // yum 3.4.3:
    //   Updating   : bash-4.2.46-34.el7.x86_64                                    1/2
    // dnf5 5.2.6:
    // [1/4] Verify package files               100% | 500.0   B/s |   1.0   B |  00m00s
    public override void Take(string line)
    {
        if (Step().Match(line) is { Success: true } step)
            Report(
                $"{step.Groups["what"].Value} {step.Groups["package"].Value}",
                DownloadShare + (Share(step) * (1 - DownloadShare))
            );
        else if (Download().Match(line) is { Success: true } download)
            Report($"Downloading {download.Groups["package"].Value}", Share(download) * DownloadShare);
        else if (Numbered().Match(line) is { Success: true } numbered)
            Report(numbered.Groups["what"].Value.Trim(), Share(numbered));
    }

    private static double Share(Match match) =>
        double.Parse(match.Groups["done"].Value, CultureInfo.InvariantCulture)
        / Math.Max(1, double.Parse(match.Groups["all"].Value, CultureInfo.InvariantCulture));

    // Verifying repeats what was done; it takes no time worth a bar.
    [GeneratedRegex(
        @"^ +(?<what>Installing|Upgrading|Updating|Downgrading|Obsoleting|Erasing|Cleanup|Running scriptlet) "
            + @"*: (?<package>\S+) +(?<done>[0-9]{1,6})/(?<all>[0-9]{1,6})",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Step();

    [GeneratedRegex(@"^\((?<done>[0-9]{1,6})/(?<all>[0-9]{1,6})\): (?<package>\S+)", RegexOptions.CultureInvariant)]
    private static partial Regex Download();

    [GeneratedRegex(
        @"^\[ *(?<done>[0-9]{1,6})/(?<all>[0-9]{1,6})\] (?<what>\S.*?) +[0-9]+% \|",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Numbered();
}
