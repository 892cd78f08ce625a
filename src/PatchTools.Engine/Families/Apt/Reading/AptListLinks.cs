namespace PatchTools.Families.Apt.Reading;

/// <summary>
/// apt does not copy the lists of a <c>file:</c> source, it links to them. In an image such a link would lead
/// elsewhere: what apt has just verified is copied in its place.
/// </summary>
internal static class AptListLinks
{
    /// <summary>Replaces links in the folder of the lists that lead into a source; others stay as they are.</summary>
    /// <param name="lists">The folder.</param>
    /// <param name="folders">Of the sources, escaped as in their addresses.</param>
    public static void Replace(string lists, IReadOnlyList<string> folders)
    {
        if (folders.Count == 0)
            return;
        List<string> paths = [.. folders.Select(Uri.UnescapeDataString)];
        foreach (var list in new DirectoryInfo(lists).EnumerateFiles())
        {
            if (list.LinkTarget is not { } target || !paths.Exists(f => target.StartsWith(f, StringComparison.Ordinal)))
                continue;
            var copy = list.FullName + ".copy";
            File.Copy(target, copy, overwrite: true);
            File.Move(copy, list.FullName, overwrite: true);
        }
    }
}
