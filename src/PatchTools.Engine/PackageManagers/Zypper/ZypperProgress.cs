using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PatchTools.Hosts;

namespace PatchTools.PackageManagers.Zypper;

/// <summary>Follows what zypper writes while it works and says what it means, with the part of the whole that is done.</summary>
/// <param name="host">For the clock.</param>
/// <param name="observer">Who is told.</param>
/// <param name="from">Percentage of the whole run when the transaction begins.</param>
/// <param name="to">And when it ends.</param>
internal sealed partial class ZypperProgress(HostContext host, IRunObserver observer, int from, int to)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Part of the bar that is given to downloading: a choice, since nobody knows the network before.</summary>
    private const double DownloadShare = 0.4;

    private string _reported = "";

    /// <summary>Reads what is appended until the transaction has ended, and then the rest.</summary>
    public async Task FollowAsync(string log, Task transaction)
    {
        using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(0, SeekOrigin.End);
        using var reader = new StreamReader(file, Encoding.UTF8);
        var pending = "";
        while (true)
        {
            var ended = transaction.IsCompleted;
            pending += await reader.ReadToEndAsync();
            var complete = pending.LastIndexOf('\n');
            foreach (var line in complete < 0 ? [] : pending[..complete].Split('\n'))
                Take(line);
            pending = pending[(complete + 1)..];
            if (ended)
                return;
            await Task.WhenAny(transaction, Task.Delay(s_interval, host.Clock, CancellationToken.None));
        }
    }

    // zypper 1.14.42, standard output no terminal:
    // Retrieving package a-1.2-1.noarch (1/4),   5.4 KiB (    0   B unpacked)
    // (1/4) Installing: a-1.2-1.noarch [......done]
    // zypper 1.14.60 and later:
    // Retrieving: a-1.2-1.noarch (Repo One) (1/4),   5.4 KiB
    public void Take(string line)
    {
        if (Step().Match(line) is { Success: true } step)
            Report($"{step.Groups["what"].Value} {step.Groups["package"].Value}", DownloadShare + (Share(step) * (1 - DownloadShare)));
        else if (Download().Match(line) is { Success: true } download)
            Report($"Downloading {download.Groups["package"].Value}", Share(download) * DownloadShare);
    }

    private static double Share(Match match) =>
        double.Parse(match.Groups["done"].Value, CultureInfo.InvariantCulture) / Math.Max(1, double.Parse(match.Groups["all"].Value, CultureInfo.InvariantCulture));

    private void Report(string text, double done)
    {
        var percent = from + (int)((to - from) * Math.Clamp(done, 0, 1));
        var report = string.Create(CultureInfo.InvariantCulture, $"{percent} {text}");
        if (report == _reported)
            return;
        _reported = report;
        observer.Progress("Install", text, percent);
    }

    [GeneratedRegex(@"^\((?<done>[0-9]{1,6})/(?<all>[0-9]{1,6})\) (?<what>Installing|Removing): (?<package>\S+)", RegexOptions.CultureInvariant)]
    private static partial Regex Step();

    [GeneratedRegex(@"^Retrieving(?: package|:)? (?<package>\S+) .*\((?<done>[0-9]{1,6})/(?<all>[0-9]{1,6})\),", RegexOptions.CultureInvariant)]
    private static partial Regex Download();
}
