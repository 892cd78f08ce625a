using PatchTools.Families.Apt.Reading;

namespace PatchTools.Families.Apt.Refresh;

/// <summary>
/// Which repositories failed, from what <c>apt-get update</c> printed. With <c>APT::Update::Error-Mode=any</c> (apt
/// 2.1.8) a failure also shows in the exit code, but only the text says whose it is. Real output of apt 2.6.2, standard
/// output and then standard error:
/// <code>
/// Hit:2 http://127.0.0.1:18080 stable InRelease
/// Ign:3 http://127.0.0.1:18081 stable InRelease
/// Err:3 http://127.0.0.1:18081 stable InRelease
///   Could not connect to 127.0.0.1:18081 (127.0.0.1). - connect (111: Connection refused)
/// E: Failed to fetch http://127.0.0.1:18081/dists/stable/InRelease  Could not connect to 127.0.0.1:18081 (127.0.0.1). - connect (111: Connection refused)
/// E: Some index files failed to download. They have been ignored, or old ones used instead.
/// W: An error occurred during the signature verification. The repository is not updated and the previous index files will be used. GPG error: http://127.0.0.1:18081 stable InRelease: The following signatures were invalid: BADSIG 85D713254E3719D0
/// E: The repository 'http://127.0.0.1:18081 stable Release' no longer has a Release file.
/// </code>
/// </summary>
internal sealed class AptUpdateOutput
{
    /// <summary>
    /// Warnings that mean that a repository was not updated; others (an old keyring, a missing component) do not.
    /// </summary>
    private static readonly string[] s_fatalWarnings =
    [
        "Failed to fetch ",
        "An error occurred during the signature verification",
        "GPG error: ",
    ];

    private readonly Dictionary<AptRepository, string> _failures = [];
    private readonly List<string> _errors = [];

    /// <summary>Repositories that were not updated, with apt's reason.</summary>
    public IReadOnlyDictionary<AptRepository, string> Failures => _failures;

    /// <summary>Errors that belong to no repository.</summary>
    public IReadOnlyList<string> Errors => _errors;

    public static AptUpdateOutput Parse(
        string standardOutput,
        string standardError,
        IReadOnlyList<AptRepository> repositories
    )
    {
        var result = new AptUpdateOutput();
        var lines = standardOutput.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var blank = lines[i].IndexOf(' ', StringComparison.Ordinal);
            if (
                !lines[i].StartsWith("Err:", StringComparison.Ordinal)
                || blank < 0
                || Owner(lines[i][(blank + 1)..], repositories) is not { } repository
            )
                continue;
            var reason =
                i + 1 < lines.Length && lines[i + 1].StartsWith("  ", StringComparison.Ordinal)
                    ? lines[i + 1].Trim()
                    : "apt gives no reason";
            result._failures.TryAdd(repository, AptUri.Redact(reason));
        }

        foreach (var raw in standardError.Split('\n'))
        {
            var line = raw.Trim();
            if (line.Length < 4)
                continue;
            var text = line[3..];
            var isError =
                line.StartsWith("E: ", StringComparison.Ordinal)
                && !text.StartsWith("Some index files failed to download", StringComparison.Ordinal);
            var isFatalWarning =
                line.StartsWith("W: ", StringComparison.Ordinal)
                && Array.Exists(s_fatalWarnings, w => text.StartsWith(w, StringComparison.Ordinal));
            if (!isError && !isFatalWarning)
                continue;
            if (Owner(text, repositories) is { } owner)
                result._failures.TryAdd(owner, AptUri.Redact(text));
            else if (isError)
                result._errors.Add(AptUri.Redact(text));
        }

        return result;
    }

    /// <summary>
    /// The repository that a message is about: it names URI and suite, or a URL below the suite's folder. The longest
    /// match wins.
    /// </summary>
    private static AptRepository? Owner(string message, IReadOnlyList<AptRepository> repositories)
    {
        AptRepository? best = null;
        var length = 0;
        foreach (var repository in repositories)
        {
            foreach (var mark in (ReadOnlySpan<string>)[repository.MessagePrefix, repository.BaseUri])
            {
                if (mark.Length > length && Mentions(message, mark))
                    (best, length) = (repository, mark.Length);
            }
        }

        return best;
    }

    private static bool Mentions(string message, string mark)
    {
        for (
            var at = message.IndexOf(mark, StringComparison.Ordinal);
            at >= 0;
            at = message.IndexOf(mark, at + 1, StringComparison.Ordinal)
        )
        {
            var end = at + mark.Length;
            if (mark.EndsWith('/') || end == message.Length || message[end] is ' ' or '/')
                return true;
        }

        return false;
    }
}
