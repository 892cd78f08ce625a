using System.Globalization;
using System.Text;
using PatchTools.Hosts;
using PatchTools.Ports;

namespace PatchTools.Families.Apt.Transaction;

/// <summary>
/// Follows apt's status file (<c>APT::Status-Fd</c>, progress-reporting.md of apt's sources) and says what it means:
/// downloads, then packages, with the part of the whole that is done.
/// </summary>
/// <param name="host">For the clock.</param>
/// <param name="observer">Who is told.</param>
/// <param name="from">Percentage of the whole run when the transaction begins.</param>
/// <param name="to">And when it ends.</param>
internal sealed class AptStatusChannel(HostContext host, IRunObserver observer, int from, int to)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Part of the bar that is given to downloading: a choice, since nobody knows the network before.
    /// </summary>
    private const double DownloadShare = 0.4;

    private readonly List<AptStatusLine> _errors = [];
    private string _reported = "";

    /// <summary>What <c>pmerror</c> said: a package, or the file of one, and why.</summary>
    public IReadOnlyList<AptStatusLine> Errors => _errors;

    /// <summary>Reads what is appended until the transaction has ended, and then the rest.</summary>
    public async Task FollowAsync(string path, Task transaction)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
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

    public void Take(string line)
    {
        if (AptStatusLine.Parse(line) is not { } status)
            return;
        if (status.Kind == AptStatusKind.Error)
            _errors.Add(status);
        var done =
            status.Kind == AptStatusKind.Download
                ? status.Percent / 100 * DownloadShare
                : DownloadShare + (status.Percent / 100 * (1 - DownloadShare));
        var percent = from + (int)((to - from) * Math.Clamp(done, 0, 1));
        var text = status.Kind switch
        {
            AptStatusKind.Download => $"Downloading: {status.Text}",
            AptStatusKind.Error => $"{status.Package}: {status.Text}",
            AptStatusKind.Conffile => $"Keeping the changed configuration file {status.Subject}",
            _ => status.Text,
        };
        var report = string.Create(CultureInfo.InvariantCulture, $"{percent} {text}");
        if (report == _reported)
            return;
        _reported = report;
        observer.Progress("Install", text, percent);
    }
}

/// <summary>First word of a line of apt's status channel.</summary>
internal enum AptStatusKind
{
    /// <summary><c>dlstatus</c>.</summary>
    Download,

    /// <summary><c>pmstatus</c>.</summary>
    Package,

    /// <summary><c>pmerror</c>.</summary>
    Error,

    /// <summary><c>pmconffile</c>: dpkg would ask what to do with a changed file.</summary>
    Conffile,
}

/// <summary>One line of apt's status channel.</summary>
/// <param name="Kind">What it reports.</param>
/// <param name="Subject">A package, the file of one, or a count of files.</param>
/// <param name="Percent">Of this phase.</param>
/// <param name="Text">For people.</param>
internal sealed record AptStatusLine(AptStatusKind Kind, string Subject, double Percent, string Text)
{
    /// <summary>The package's bare name, also where the subject is its file.</summary>
    public string Package => NameOf(Subject);

    // apt 2.6.2:
    //   dlstatus:3:25.0000:Retrieving file 3 of 8
    //   pmstatus:tp:36.3636:Installing tp (amd64)
    //   pmstatus:dpkg-exec:0.0000:Running dpkg
    //   pmerror:tp:33.3333:installed tp package post-installation script subprocess returned error exit status 3
    // pmerror:/tmp/apt-dpkg-install-xt8Pd0/6-tpre_1.1_all.deb:39.3939:new tpre package pre-installation script
    // subprocess returned error exit status 1
    //   pmconffile:/etc/tcf.conf:50.0000:'/etc/tcf.conf' '/etc/tcf.conf.dpkg-new' 1 1
    public static AptStatusLine? Parse(string line)
    {
        var fields = line.Split(':');
        AptStatusKind? kind = fields[0] switch
        {
            "dlstatus" => AptStatusKind.Download,
            "pmstatus" => AptStatusKind.Package,
            "pmerror" => AptStatusKind.Error,
            "pmconffile" => AptStatusKind.Conffile,
            _ => null,
        };
        if (kind is null)
            return null;

        // A subject may hold colons (name:architecture); the percentage is the first field with a decimal point after
        // it.
        for (var i = 2; i < fields.Length; i++)
        {
            if (
                fields[i].Contains('.', StringComparison.Ordinal)
                && double.TryParse(
                    fields[i],
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var percent
                )
            )
                return new AptStatusLine(
                    kind.Value,
                    string.Join(':', fields[1..i]),
                    percent,
                    string.Join(':', fields[(i + 1)..]).Trim()
                );
        }

        return null;
    }

    /// <summary>Bare package name of <c>name</c>, <c>name:arch</c>, or <c>/dir/[N-]name_version_arch.deb</c>.</summary>
    public static string NameOf(string subject)
    {
        if (!subject.EndsWith(".deb", StringComparison.Ordinal))
            return subject.Split(':')[0];
        var file = Path.GetFileName(subject);
        var underscore = file.IndexOf('_', StringComparison.Ordinal);
        var name = underscore < 0 ? file : file[..underscore];

        // apt numbers the links it hands to dpkg; they lie in a directory of its own.
        var dash = name.IndexOf('-', StringComparison.Ordinal);
        return
            subject.Contains("/apt-dpkg-install-", StringComparison.Ordinal)
            && dash > 0
            && name[..dash].All(char.IsAsciiDigit)
            ? name[(dash + 1)..]
            : name;
    }
}
