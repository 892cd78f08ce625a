using Microsoft.Win32.SafeHandles;

// Handles go to the stack of directories, which is emptied, or to the caller, who owns them.
#pragma warning disable CA2000

namespace PatchTools.Files;

/// <summary>How a walk below a root ended.</summary>
/// <param name="Handle">What the path leads to; null when it leads nowhere.</param>
/// <param name="Error">Error number where there is no handle.</param>
/// <param name="LastLink">The last link that was followed, as a path below the root; null when there was none.</param>
/// <param name="LastLinkText">What it points to.</param>
/// <param name="ClimbsOut">A link asks for more parents than there are, so that it would lead out if the root were not
/// held to be one.</param>
internal readonly record struct WalkEnd(
    SafeFileHandle? Handle,
    int Error,
    string? LastLink,
    string? LastLinkText,
    bool ClimbsOut
);

/// <summary>
/// Follows a path below a directory that stands for the root, name by name, as the kernel does with RESOLVE_IN_ROOT: no
/// name is opened through a link, links are read and followed below the root, and the parent of the root is the root.
/// For kernels and containers without openat2(2), and to name the link where that fails.
/// </summary>
internal static class RootWalk
{
    /// <summary>As many links as the kernel follows in one path.</summary>
    private const int MaxLinks = 40;

    /// <summary>Follows a path to its end; the caller owns the handle.</summary>
    public static WalkEnd Open(SafeFileHandle root, string path)
    {
        // The directories above, so that the parent of each is known without asking for "..", which a rename could lead
        // astray.
        var above = new Stack<(SafeFileHandle Handle, string Name)>();
        try
        {
            return Follow(root, path, above);
        }
        finally
        {
            foreach (var (handle, _) in above)
                handle.Dispose();
        }
    }

    private static WalkEnd Follow(SafeFileHandle root, string path, Stack<(SafeFileHandle Handle, string Name)> above)
    {
        var left = new Stack<string>();
        Push(left, path);
        string? link = null;
        string? text = null;
        var climbs = false;
        var links = 0;
        while (left.TryPop(out var name))
        {
            if (name == "..")
            {
                climbs |= above.Count == 0 && link is not null;
                if (above.TryPop(out var parent))
                    parent.Handle.Dispose();
                continue;
            }

            var directory = above.TryPeek(out var last) ? last.Handle : root;
            if (ImageCalls.OpenEntry(directory, name, out var error) is not { } entry)
                return new WalkEnd(null, error, link, text, climbs);
            if (ImageCalls.KindOf(entry) != ImageFileKind.Link)
            {
                above.Push((entry, name));
                continue;
            }

            using (entry)
                text = ImageCalls.LinkText(entry);
            link = PathOf(above, name);
            if (text is null || ++links > MaxLinks)
                return new WalkEnd(null, ImageCalls.TooManyLinks, link, text, climbs);
            if (text.StartsWith('/'))
                Clear(above);
            Push(left, text);
        }

        // The root itself is opened once more, so that the caller may close what it gets.
        if (above.TryPop(out var end))
            return new WalkEnd(end.Handle, 0, link, text, climbs);
        var self = ImageCalls.OpenEntry(root, ".", out var failure);
        return new WalkEnd(self, self is null ? failure : 0, link, text, climbs);
    }

    private static void Push(Stack<string> left, string path)
    {
        // A slash at the end asks for a directory.
        if (path.EndsWith('/'))
            left.Push(".");
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(n => n != ".").Reverse())
            left.Push(name);
    }

    private static void Clear(Stack<(SafeFileHandle Handle, string Name)> above)
    {
        while (above.TryPop(out var entry))
            entry.Handle.Dispose();
    }

    private static string PathOf(Stack<(SafeFileHandle Handle, string Name)> above, string name) =>
        "/" + string.Join('/', above.Reverse().Select(e => e.Name).Where(n => n != ".").Append(name));
}
