using CsCheck;

namespace PatchTools.Differential.Tests;

/// <summary>
/// Random choices of one universe. The same seed and number give the same universe, on every machine.
/// </summary>
internal sealed class Draw(ulong seed, int number)
{
    private readonly PCG _random = new((uint)number, seed);

    /// <summary>A number of <c>0 … limit - 1</c>.</summary>
    public int Below(int limit) => (int)_random.Next((uint)limit);

    public int Between(int least, int most) => least + Below(most - least + 1);

    public bool Chance(int percent) => Below(100) < percent;

    public T Pick<T>(params IReadOnlyList<T> choices) => choices[Below(choices.Count)];

    /// <summary>Some of the items, each with the same chance, in their order.</summary>
    public IReadOnlyList<T> Some<T>(IEnumerable<T> items, int percent) => [.. items.Where(_ => Chance(percent))];

    public IReadOnlyList<T> Several<T>(int least, int most, Func<T> make) =>
        [.. Enumerable.Range(0, Between(least, most)).Select(_ => make())];
}
