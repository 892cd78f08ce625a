using System.Text;

namespace PatchTools.Native.Table;

/// <summary>One option: the parameter of a cmdlet, or one of the program's own, as a shell spells it.</summary>
/// <param name="Parameter">The parameter's name, such as <c>SnapshotId</c>.</param>
/// <param name="Help">What it does, one or two sentences.</param>
internal sealed record OptionRow(string Parameter, string Help)
{
    /// <summary><c>--snapshot-id</c>.</summary>
    public string Name { get; } = NameOf(Parameter);

    /// <summary>What stands for its value in a synopsis; null for a switch.</summary>
    public string? Value { get; init; }

    /// <summary>The words that it takes, in any case; empty where it takes any text.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>What a bare number counts; null where it takes no duration.</summary>
    public TimeSpan? Unit { get; init; }

    /// <summary>A shell completes it with the names of files.</summary>
    public bool IsFile { get; init; }

    /// <summary>No cmdlet has it.</summary>
    public bool IsProgramsOwn { get; init; }

    public bool IsSwitch => Value is null;

    /// <summary>An option that takes one of the names of an enumeration.</summary>
    public static OptionRow Of<T>(string parameter, string value, string help)
        where T : struct, Enum => new(parameter, help) { Value = value, Choices = Enum.GetNames<T>() };

    private static string NameOf(string parameter)
    {
        var name = new StringBuilder("-");
        foreach (var letter in parameter)
        {
            if (char.IsUpper(letter))
                name.Append('-');
            name.Append(char.ToLowerInvariant(letter));
        }

        return name.ToString();
    }
}
