using System.Globalization;
using CsCheck;
using Xunit;

namespace PatchTools.Testing;

/// <summary>
/// Cases drawn by CsCheck's generators. Its own <c>Sample</c> draws others in every run, whatever seed it is given;
/// here the same seed gives the same cases on every machine. Compiled into every test assembly that draws.
/// </summary>
internal static class Draws
{
    /// <summary>The run's seed: <c>PATCHTOOLS_SEED</c>, else a constant.</summary>
    public static ulong Seed { get; } =
        ulong.TryParse(Environment.GetEnvironmentVariable("PATCHTOOLS_SEED"), out var seed) ? seed : 20261130;

    /// <summary>
    /// Tries the test on as many cases, and fails with the smallest of those that it does not hold for.
    /// </summary>
    /// <param name="gen">What makes a case.</param>
    /// <param name="test">Throws where it does not hold.</param>
    /// <param name="cases">How many cases.</param>
    public static void ForAll<T>(this Gen<T> gen, Action<T> test, int cases = 100)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{cases} cases of seed {Seed} (PATCHTOOLS_SEED sets it).")
        );
        Size? smallest = null;
        Exception? failure = null;
        var told = "";
        for (var number = 0; number < cases; number++)
        {
            var value = gen.Generate(new PCG((uint)number, Seed), null, out var size);
            if (smallest is not null && !Size.IsLessThan(size, smallest))
                continue;
            try
            {
                test(value);
            }
            catch (Exception e)
            {
                (smallest, failure) = (size, e);
                told = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Case {number} of seed {Seed}: {Check.Print(value)}"
                );
            }
        }

        Assert.True(failure is null, $"{told}\n{failure}");
    }

    /// <inheritdoc cref="ForAll{T}(Gen{T}, Action{T}, int)"/>
    public static void ForAll<T>(this Gen<T> gen, Func<T, bool> test, int cases = 100) =>
        gen.ForAll(value => Assert.True(test(value)), cases);

    /// <inheritdoc cref="ForAll{T}(Gen{T}, Action{T}, int)"/>
    public static void ForAll<T1, T2>(this Gen<(T1, T2)> gen, Action<T1, T2> test, int cases = 100) =>
        gen.ForAll(value => test(value.Item1, value.Item2), cases);

    /// <inheritdoc cref="ForAll{T}(Gen{T}, Action{T}, int)"/>
    public static void ForAll<T1, T2>(this Gen<(T1, T2)> gen, Func<T1, T2, bool> test, int cases = 100) =>
        gen.ForAll(value => Assert.True(test(value.Item1, value.Item2)), cases);

    /// <inheritdoc cref="ForAll{T}(Gen{T}, Action{T}, int)"/>
    public static void ForAll<T1, T2, T3>(this Gen<(T1, T2, T3)> gen, Action<T1, T2, T3> test, int cases = 100) =>
        gen.ForAll(value => test(value.Item1, value.Item2, value.Item3), cases);

    /// <inheritdoc cref="ForAll{T}(Gen{T}, Action{T}, int)"/>
    public static void ForAll<T1, T2, T3>(this Gen<(T1, T2, T3)> gen, Func<T1, T2, T3, bool> test, int cases = 100) =>
        gen.ForAll(value => Assert.True(test(value.Item1, value.Item2, value.Item3)), cases);

    /// <inheritdoc cref="ForAll{T}(Gen{T}, Action{T}, int)"/>
    public static void ForAll<T1, T2, T3, T4>(
        this Gen<(T1, T2, T3, T4)> gen,
        Action<T1, T2, T3, T4> test,
        int cases = 100
    ) => gen.ForAll(value => test(value.Item1, value.Item2, value.Item3, value.Item4), cases);
}
