namespace PatchTools.Files;

/// <summary>
/// Whether anybody but root can change what lies at a path: the file itself and every directory on the way to it, those
/// of links among them. A path that holds is no race either: nobody else could change it between the look and the use.
/// </summary>
internal static class Trust
{
    private const int MaxLinks = 40;

    /// <summary>
    /// Why a program or a file that root takes instructions from is not safe; null when it is. What does not exist is
    /// safe as far as it goes.
    /// </summary>
    /// <param name="path">Absolute.</param>
    public static string? WhyNot(string path) => Walk(path, (status, _) => WhyNotRoots(status, stickyIsSafe: false));

    /// <summary>
    /// Why root should keep no data in a directory; null when it may. A directory of everybody with the sticky bit
    /// (<c>/tmp</c>) may be on the way to it, but not be it.
    /// </summary>
    /// <param name="path">Absolute; need not exist.</param>
    public static string? WhyNotData(string path) =>
        Walk(path, (status, isLast) => WhyNotRoots(status, stickyIsSafe: !isLast));

    private static string? WhyNotRoots(FileStatus status, bool stickyIsSafe)
    {
        if (status.Owner != 0)
            return $"belongs to user {status.Owner} and not to root";
        return status.OthersMayWrite && !(stickyIsSafe && status.IsSticky)
            ? $"can be written by others than root (mode 0{Convert.ToString(status.Mode, 8)})"
            : null;
    }

    private static string? Walk(string path, Func<FileStatus, bool, string?> judge)
    {
        if (!Path.IsPathRooted(path))
            throw new ArgumentException($"{path} is not absolute.", nameof(path));
        if (FileStatus.Of("/") is { } top && judge(top, false) is { } reason)
            return $"/ {reason}";
        Stack<string> ahead = new();
        Push(ahead, path);
        var current = "/";
        for (var links = 0; ahead.TryPop(out var name); )
        {
            if (name == "..")
            {
                current = Path.GetDirectoryName(current) ?? "/";
                continue;
            }

            var next = Path.Combine(current, name);
            if (FileStatus.Of(next) is not { } status)
                return null;
            if (status.Kind != FileKind.Link)
            {
                if (judge(status, ahead.Count == 0) is { } why)
                    return $"{next} {why}";
                current = next;
                continue;
            }

            // A link in a directory of root's alone is root's, whoever its owner is said to be; in /tmp it is not.
            if (status.Owner != 0 && FileStatus.Of(current) is { OthersMayWrite: true })
                return $"{next} is a link of user {status.Owner}";
            if (++links > MaxLinks || new FileInfo(next).LinkTarget is not { } target)
                return $"{next} is a link that leads nowhere";
            if (Path.IsPathRooted(target))
                current = "/";
            Push(ahead, target);
        }

        return null;
    }

    private static void Push(Stack<string> ahead, string path)
    {
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = names.Length - 1; i >= 0; i--)
        {
            if (names[i] != ".")
                ahead.Push(names[i]);
        }
    }
}
