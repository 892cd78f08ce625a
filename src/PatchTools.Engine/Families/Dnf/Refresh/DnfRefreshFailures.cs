using System.Text.RegularExpressions;
using PatchTools.Families.Dnf.Reading;

namespace PatchTools.Families.Dnf.Refresh;

/// <summary>What <c>makecache</c> says of the repositories that it could not fetch, line by line.</summary>
/// <param name="repositories">Those that were asked: dnf 5 calls them by their names.</param>
internal sealed partial class DnfRefreshFailures(IReadOnlyList<DnfRepository> repositories)
{
    private const string Unexplained = "its metadata could not be downloaded";

    private readonly Dictionary<string, string> _failures = new(StringComparer.Ordinal);

    /// <summary>The repository whose causes dnf 4 lists.</summary>
    private string? _current;

    /// <summary>A cause that stands before the line that says whose it is.</summary>
    private string? _loose;

    /// <summary>The repository of dnf 5's last progress bar.</summary>
    private string? _asked;

    /// <summary>By repository id. The last cause of each is kept: the first ones are retries of it.</summary>
    public IReadOnlyDictionary<string, string> ByRepository => _failures;

    // dnf 4.14.0:
    // Errors during downloading metadata for repository 'dead':
    // - Curl error (37): Couldn't read a file:// file for file:///nonexistent/repodata/repomd.xml [Couldn't open file
    // /nonexistent/repodata/repomd.xml] Error: Failed to download metadata for repo 'dead': Cannot download repomd.xml:
    // Cannot download repodata/repomd.xml: All mirrors were tried dnf5 5.2 and 5.4; where the repository may be
    // skipped, the last line is missing and nobody says whose the others are: >>> Status code: 404 for https://mirrors.tuna.tsinghua.edu.cn/fedora/updates/43/Everything/SRPMS/repodata/repomd.xml (IP: 101.6.15.130) - https://…
    // >>> Usable URL not found
    // Failed to download metadata (baseurl: "https://mirrors.tuna.tsinghua.edu.cn/fedora/updates/43/Everything/SRPMS/") for repository "updates-source": Usable URL not found
    // yum 3.4.3; where the repository may be skipped, only the first two lines, and exit code 0. A repository is named
    // with the variables of its address (base/7/x86_64): http://vault.centos.org/centos/7/sclo/Source/rh/repodata/repomd.xml: [Errno 14] HTTP Error 404 - Not Found
    // Trying other mirror.
    // failure: repodata/repomd.xml from centos-sclo-rh-source: [Errno 256] No more mirrors to try.
    // http://vault.centos.org/centos/7/sclo/Source/rh/repodata/repomd.xml: [Errno 14] HTTP Error 404 - Not Found
    // Could not retrieve mirrorlist http://mirrorlist.centos.org/?release=7&arch=x86_64&repo=os&infra=stock error was
    // 14: curl#6 - "Could not resolve host: mirrorlist.centos.org; Unknown error"
    // Cannot find a valid baseurl for repo: base/7/x86_64
    /// <param name="raw">One line, without its end.</param>
    public void Take(string raw)
    {
        var line = raw.Trim();
        if (!TakeDnf4(line) && !TakeDnf5Failure(line))
            TakeCause(raw, line);
    }

    /// <summary>False for a line of another tool.</summary>
    private bool TakeDnf4(string line)
    {
        if (Quoted(line, "Errors during downloading metadata for repository '", '\'') is { } named)
        {
            _current = named;
            _failures.TryAdd(named, Unexplained);
        }
        else if (_current is not null && line.StartsWith("- ", StringComparison.Ordinal))
        {
            _failures[_current] = line[2..];
        }
        else if (Quoted(line, "Failed to download metadata for repo '", '\'') is { } repo)
        {
            _current = null;
            _failures.TryAdd(repo, After(line, "': ") ?? Unexplained);
        }
        else
        {
            return false;
        }

        return true;
    }

    private bool TakeDnf5Failure(string line)
    {
        if (
            !line.Contains("Failed to download metadata", StringComparison.Ordinal)
            || Quoted(line, "for repository \"", '"') is not { } repository
        )
            return false;
        _failures[repository] = _loose ?? After(line, "\": ") ?? Unexplained;
        return true;
    }

    /// <summary>Of yum and dnf 5: why something failed, and whose it is.</summary>
    private void TakeCause(string raw, string line)
    {
        if (YumFailure().Match(line) is { Success: true } yum)
        {
            _failures.TryAdd(yum.Groups["repository"].Value, _loose ?? yum.Groups["why"].Value);
        }
        else if (Cause().Match(line) is { Success: true } cause)
        {
            _loose = cause.Groups["why"].Value;
        }
        else if (Bar().Match(raw) is { Success: true } bar)
        {
            _asked = repositories.FirstOrDefault(r => IsShown(r, bar.Groups["name"].Value))?.Id;
            _loose = null;
        }
        else if (line == ">>> Usable URL not found" && _asked is not null)
        {
            _failures[_asked] = _loose ?? Unexplained;
        }
    }

    private static bool IsShown(DnfRepository repository, string name) =>
        (repository.Name.Length > 0 ? repository.Name : repository.Id) == name;

    private static string? Quoted(string line, string before, char quote)
    {
        var start = line.IndexOf(before, StringComparison.Ordinal);
        if (start < 0)
            return null;
        start += before.Length;
        var end = line.IndexOf(quote, start);
        return end < 0 ? null : line[start..end];
    }

    private static string? After(string line, string text) =>
        line.IndexOf(text, StringComparison.Ordinal) is var at and >= 0 && at + text.Length < line.Length
            ? line[(at + text.Length)..]
            : null;

    // dnf5 5.4, one line for each repository that it asks:
    //  dead       ???% |   0.0   B/s |   0.0   B |  00m00s
    [GeneratedRegex(@"^ (?<name>\S.*?) +[0-9?]+% \|", RegexOptions.CultureInvariant)]
    private static partial Regex Bar();

    // What dnf 5 adds behind the dash is the address once more.
    [GeneratedRegex(
        @"^(?:>>> )?(?<why>(?:Curl error|Status code|Downloading successful).*?)(?: - "
            + @"(?:https?|ftp|file)://\S*)?$|^\S+://\S+: (?<why>\[Errno -?[0-9]+\] .+)$|^(?<why>[0-9]+: curl#[0-9]+ "
            + @"- .+)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Cause();

    [GeneratedRegex(
        @"^(?:Error: )?failure: \S+ from (?<repository>[^/\s:]+)\S*: (?<why>\[Errno 256\] .+)$|^(?:Error: "
            + @")?(?<why>Cannot find a valid baseurl for repo: (?<repository>[^/\s]+)\S*)$|^(?:Error: "
            + @")?(?<why>Cannot retrieve (?:metalink|repository metadata \S+) for repository: "
            + @"(?<repository>[^/\s.]+)\S*.*)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex YumFailure();
}
