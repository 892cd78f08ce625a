namespace PatchTools.Families.Rpm.Metadata;

/// <summary>
/// Name, stream, context and architecture of a module; an empty context or architecture says nothing.
/// </summary>
internal sealed record ModuleStream(string Name, string Stream, string Context, string Architecture)
{
    public override string ToString() => $"{Name}:{Stream}";
}

/// <summary>One <c>modulemd</c> document: a build of a module stream and the packages that are its own.</summary>
internal sealed record ModuleDocument
{
    public required ModuleStream Stream { get; init; }

    /// <summary>Of the build; the highest is the newest.</summary>
    public ulong Version { get; init; }

    /// <summary>Its context is its own, and not that of what it was built against (<c>static_context</c>).</summary>
    public bool IsStatic { get; init; }

    /// <summary>
    /// By module the streams that will do, none listed for any; one entry for each of <c>dependencies</c>.
    /// </summary>
    public IReadOnlyList<IReadOnlyDictionary<string, IReadOnlyList<string>>> Requires { get; init; } = [];

    /// <summary>Full names of its packages, <c>name-epoch:version-release.arch</c>.</summary>
    public IReadOnlyList<string> Artifacts { get; init; } = [];

    /// <summary>Names that have left the module again.</summary>
    public IReadOnlyList<string> Demodularized { get; init; } = [];
}

/// <summary>One <c>modulemd-defaults</c> document; without a stream the module has no default one.</summary>
internal sealed record ModuleDefault(string Module, string Stream);

/// <summary>What a repository's <c>modules.yaml</c> says.</summary>
internal sealed record ModuleDocuments(IReadOnlyList<ModuleDocument> Streams, IReadOnlyList<ModuleDefault> Defaults)
{
    public static ModuleDocuments Empty { get; } = new([], []);
}
