namespace PatchTools.Native.Table;

/// <summary>One command: its name, the cmdlets that it stands for, and its options.</summary>
internal sealed record CommandRow
{
    public required string Name { get; init; }

    /// <summary>One line.</summary>
    public required string Summary { get; init; }

    /// <summary>For the manual: what it prints, and how it ends.</summary>
    public required string Description { get; init; }

    /// <summary>The cmdlets whose parameters it takes, in the order in which it calls what they call.</summary>
    public IReadOnlyList<string> Cmdlets { get; init; } = [];

    public required IReadOnlyList<OptionRow> Options { get; init; }
}
