using System.Globalization;
using System.Text;
using PatchTools.Hosts;
using PatchTools.Ports;

namespace PatchTools.Families.Shared;

/// <summary>
/// Follows what a package manager writes while it works, and says what it means with the part of the whole that is
/// done.
/// </summary>
/// <param name="host">For the clock.</param>
/// <param name="observer">Who is told.</param>
/// <param name="from">Percentage of the whole run when the transaction begins.</param>
/// <param name="to">And when it ends.</param>
internal abstract class TransactionProgress(HostContext host, IRunObserver observer, int from, int to)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Part of the bar that is given to downloading: a choice, since nobody knows the network before.
    /// </summary>
    protected const double DownloadShare = 0.4;

    private string _reported = "";

    /// <summary>One line of the tool's output.</summary>
    public abstract void Take(string line);

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

    /// <summary>Tells it once.</summary>
    /// <param name="text">For people.</param>
    /// <param name="done">Part of this transaction, 0 to 1.</param>
    protected void Report(string text, double done)
    {
        var percent = from + (int)((to - from) * Math.Clamp(done, 0, 1));
        var report = string.Create(CultureInfo.InvariantCulture, $"{percent} {text}");
        if (report == _reported)
            return;
        _reported = report;
        observer.Progress("Install", text, percent);
    }
}
