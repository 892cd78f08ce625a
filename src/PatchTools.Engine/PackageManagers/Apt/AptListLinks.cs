namespace PatchTools.PackageManagers.Apt;

/// <summary>
/// apt does not copy the lists of a <c>file:</c> source, it links to them. In an image such a link would lead
/// elsewhere: what apt has just verified is copied in its place.
/// </summary>
internal static class AptListLinks
{
    /// <summary>
    /// Replaces links in the folder of the lists that lead into a source of the setting; others stay as they are.
    /// </summary>
    public static void Replace(AptSetting setting)
    {
        List<string> folders =
        [
            .. setting.Sources.Repositories.Where(r => r.Uri.Access == "file").Select(r => r.Uri.Path),
        ];
        if (folders.Count == 0)
            return;
        foreach (var list in new DirectoryInfo(setting.ListsDirectory).EnumerateFiles())
        {
            if (
                list.LinkTarget is not { } target
                || !folders.Exists(f => target.StartsWith(f, StringComparison.Ordinal))
            )
                continue;
            var copy = list.FullName + ".copy";
            File.Copy(target, copy, overwrite: true);
            File.Move(copy, list.FullName, overwrite: true);
        }
    }
}
