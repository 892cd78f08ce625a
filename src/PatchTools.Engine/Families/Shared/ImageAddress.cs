using System.Text.RegularExpressions;
using PatchTools.Errors;
using PatchTools.Files;

namespace PatchTools.Families.Shared;

/// <summary>
/// The address of a repository of an image, as a tool of this host is given it. What the image calls a file is one of
/// the image: the tool, which knows nothing of the image's root, gets a copy of it.
/// </summary>
/// <param name="HandedOn">Null where it is not handed on.</param>
/// <param name="Refusal">Why it is not; null where it is.</param>
internal sealed partial record ImageAddress(string? HandedOn, string? Refusal)
{
    /// <summary>Of a repository whose list of mirrors is a file.</summary>
    public const string MirrorsRefused =
        "a refresh of an image does not use a list of mirrors that is a file: what it names could be of this host";

    /// <param name="root">Root of the image.</param>
    /// <param name="address">As the image has it, variables resolved.</param>
    /// <param name="brings">Copies a folder of the image, by its path on this host, and answers the copy's.</param>
    public static ImageAddress Of(string root, string address, Func<string, string> brings)
    {
        if (ImageWords.IsNetworkAddress(address))
            return new ImageAddress(address, null);
        if (!ImageWords.IsWord(address) || !IsLocal(address))
            return new ImageAddress(
                null,
                $"a refresh of an image does not use addresses of the kind '{ImageWords.SchemeOf(address)}:'"
            );
        if (LocalPath().Match(address) is not { Success: true } match)
            return new ImageAddress(null, $"{address} is not a plain path, and a refresh of an image does not use it");
        var path = Path.GetFullPath(match.Groups["path"].Value);
        try
        {
            if (!HostFiles.DirectoryExists(Path.Join(root, path)))
                return new ImageAddress(null, Missing(root, path));
            return new ImageAddress($"{match.Groups["scheme"].Value}:{Escaped(brings(Path.Join(root, path)))}", null);
        }
        catch (Exception e) when (e is PatchToolsException or IOException or UnauthorizedAccessException)
        {
            return new ImageAddress(null, e.Message);
        }
    }

    /// <summary>Whether it is a path and no place of the network.</summary>
    public static bool IsLocal(string address) =>
        ImageWords.SchemeOf(address)?.ToLowerInvariant() is "file" or "copy" or "dir";

    /// <summary>A link that leads out is named by who follows it.</summary>
    private static string Missing(string root, string path)
    {
        using var held = HeldFile.Of(Path.Join(root, path));
        return held is null ? $"there is no {path} in the image" : $"{path} of the image is not a folder";
    }

    private static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    [GeneratedRegex(
        "^(?<scheme>[A-Za-z]+):(?://(?:localhost)?)?(?<path>/[A-Za-z0-9/._+~@:-]*)\\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex LocalPath();
}

/// <summary>
/// Tools name what they keep of a repository after its address. Where that leads below the root of an image, the names
/// in the image's own cache are changed to it for the time of the refresh, and back: the image finds its own again.
/// </summary>
/// <param name="Folder">The cache, plain files and folders of the image.</param>
/// <param name="Prefixes">How names begin that the image's tool gives, and this host's.</param>
internal sealed record ImageNames(string Folder, IReadOnlyList<(string Own, string Handed)> Prefixes)
{
    public void Lend()
    {
        foreach (var (own, handed) in Prefixes)
            Rename(own, handed);
    }

    public void TakeBack()
    {
        foreach (var (own, handed) in Prefixes)
            Rename(handed, own);
    }

    private void Rename(string from, string to)
    {
        if (!Directory.Exists(Folder) || from == to)
            return;
        foreach (var entry in new DirectoryInfo(Folder).GetFileSystemInfos())
        {
            if (!entry.Name.StartsWith(from, StringComparison.Ordinal))
                continue;
            var target = Path.Combine(Folder, to + entry.Name[from.Length..]);
            if (entry is DirectoryInfo folder && entry.LinkTarget is null)
            {
                if (Directory.Exists(target))
                    Directory.Delete(target, recursive: true);
                folder.MoveTo(target);
            }
            else
            {
                File.Move(entry.FullName, target, overwrite: true);
            }
        }
    }
}
