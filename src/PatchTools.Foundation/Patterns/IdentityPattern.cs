using System.Text;

namespace PatchTools.Patterns;

/// <summary>
/// One pattern of the identity language: equal to one of a version's texts, or a glob over one of them, in any case
/// (reference 04 §2). Nothing is trimmed.
/// </summary>
internal sealed class IdentityPattern
{
    private readonly GlobPattern? _glob;
    private readonly byte[] _lower;

    public IdentityPattern(string text)
    {
        var lower = text.ToLowerInvariant();
        _lower = Encoding.UTF8.GetBytes(lower);
        _glob = GlobPattern.IsGlob(lower) ? GlobPattern.Compile(lower) : null;
    }

    public bool IsGlob => _glob is not null;

    /// <summary>What every text begins with that the pattern matches, in lower case.</summary>
    public ReadOnlySpan<byte> Prefix => _glob is null ? _lower : _glob.Prefix;

    /// <summary>What every text contains that the pattern matches, in lower case.</summary>
    public ReadOnlySpan<byte> LongestRun => _glob is null ? _lower : _glob.LongestRun;

    /// <summary>The pattern in lower case, UTF-8.</summary>
    public ReadOnlySpan<byte> Lower => _lower;

    /// <summary>An empty pattern matches nothing.</summary>
    public bool Matches(in IdentityStrings strings)
    {
        for (var i = 0; i < strings.Count; i++)
        {
            if (Matches(strings[i]))
                return true;
        }

        return false;
    }

    /// <param name="text">One identity string.</param>
    public bool Matches(ReadOnlySpan<byte> text) =>
        _lower.Length > 0 && (text.SequenceEqual(_lower) || (_glob is not null && _glob.Matches(text)));
}
