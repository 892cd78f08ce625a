using System.Collections;

namespace PatchTools.Model;

/// <summary>
/// Lines that are written when somebody reads them, once. Few explanations are opened, and a host has hundreds.
/// </summary>
internal sealed class LazyLines(Func<IReadOnlyList<string>> write) : IReadOnlyList<string>
{
    private readonly Lazy<IReadOnlyList<string>> _lines = new(() => Indexable.Of(write()));

    /// <summary>The lines themselves, in a list that scripts may index.</summary>
    public IReadOnlyList<string> Written => _lines.Value;

    public int Count => Written.Count;

    public string this[int index] => Written[index];

    public IEnumerator<string> GetEnumerator() => Written.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
