using System.Globalization;
using System.Text.RegularExpressions;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Ports;

namespace PatchTools.Families.Zypper.Transaction;

/// <summary>
/// Follows what zypper writes while it works and says what it means, with the part of the whole that is done.
/// </summary>
/// <inheritdoc/>
internal sealed partial class ZypperProgress(HostContext host, IRunObserver observer, int from, int to)
    : TransactionProgress(host, observer, from, to)
{
    // zypper 1.14.42, standard output no terminal:
    // Retrieving package a-1.2-1.noarch (1/4),   5.4 KiB (    0   B unpacked)
    // (1/4) Installing: a-1.2-1.noarch [......done]
    // zypper 1.14.60 and later:
    // Retrieving: a-1.2-1.noarch (Repo One) (1/4),   5.4 KiB
    public override void Take(string line)
    {
        if (Step().Match(line) is { Success: true } step)
            Report(
                $"{step.Groups["what"].Value} {step.Groups["package"].Value}",
                DownloadShare + (Share(step) * (1 - DownloadShare))
            );
        else if (Download().Match(line) is { Success: true } download)
            Report($"Downloading {download.Groups["package"].Value}", Share(download) * DownloadShare);
    }

    private static double Share(Match match) =>
        double.Parse(match.Groups["done"].Value, CultureInfo.InvariantCulture)
        / Math.Max(1, double.Parse(match.Groups["all"].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(
        @"^\((?<done>[0-9]{1,6})/(?<all>[0-9]{1,6})\) (?<what>Installing|Removing): (?<package>\S+)",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Step();

    [GeneratedRegex(
        @"^Retrieving(?: package|:)? (?<package>\S+) .*\((?<done>[0-9]{1,6})/(?<all>[0-9]{1,6})\),",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Download();
}
