using System.Collections;

namespace PatchTools.Evaluation;

/// <summary>
/// Lines that are written when somebody reads them, once. Most explanations are never opened, and a host has hundreds.
/// </summary>
internal sealed class LazyLines(Func<IReadOnlyList<string>> write) : IReadOnlyList<string>
{
    private readonly Lazy<IReadOnlyList<string>> _lines = new(write);

    public int Count => _lines.Value.Count;

    public string this[int index] => _lines.Value[index];

    public IEnumerator<string> GetEnumerator() => _lines.Value.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
