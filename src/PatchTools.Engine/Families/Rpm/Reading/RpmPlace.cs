using PatchTools.Errors;
using PatchTools.Files;

namespace PatchTools.Families.Rpm.Reading;

/// <summary>Where rpm reads the database of a root.</summary>
/// <param name="Root">Whose database.</param>
/// <param name="Database">Folder in which it lies; null when it was not looked for or found.</param>
/// <param name="Folder">What rpm is told to read; null where its own configuration knows.</param>
internal sealed record RpmPlace(string Root, string? Database, string? Folder)
{
    /// <summary>For the command line of rpm.</summary>
    public IReadOnlyList<string> Options => Folder is null ? [] : ["--dbpath", Folder];

    /// <summary>
    /// The database where it lies: rpm's own configuration knows the host's, a foreign root's lies where it lies.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.ImagePathRefused"/>.</exception>
    public static RpmPlace InPlace(string root) =>
        root == "/" || RpmQuery.DatabaseOf(root) is not { } database
            ? new RpmPlace(root, null, null)
            : new RpmPlace(root, database, RpmQuery.WithoutMacros(ImageStage.LookedThrough(database)));
}
