using System.Diagnostics;
using System.Globalization;
using System.Text;
using PatchTools.Testing;
using PatchTools.Versions;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>10 000 generated pairs and the nasty ones against <c>dpkg --compare-versions</c> itself. Seed 12.</summary>
public sealed class DpkgComparisonTests
{
    private const int Pairs = 10_000;

    private static readonly string[] Nasty =
    [
        "0",
        "0~",
        "0~~",
        "1",
        "1.0",
        "1.0-0",
        "1.0-1",
        "1.0~rc1-1",
        "1.0+b1",
        "1.0a",
        "01.0",
        "1:0",
        "0:1.0",
        "00:1",
        "1.0-1.1",
        "1.0-1-1",
        "1.0.",
        "1.0a1",
        "1.0A",
        "2:1.0~-1",
        "1.0-~",
    ];

    [Fact]
    public void Order_agrees_with_dpkg()
    {
        Rig.NeedsCommands("dpkg");
        var pairs = Nasty.SelectMany(x => Nasty.Select(y => (x, y))).Concat(Generated()).ToList();

        var failures = pairs
            .AsParallel()
            .WithDegreeOfParallelism(4)
            .Where(p => !Dpkg(p.Item1, Sign(DebianVersion.Order.Compare(p.Item1, p.Item2)), p.Item2))
            .Select(p => $"{p.Item1} {p.Item2}")
            .ToList();

        Assert.Empty(failures);
    }

    private static IEnumerable<(string, string)> Generated()
    {
        var random = new Random(12);
        for (var i = 0; i < Pairs; i++)
        {
            var x = Version(random);
            yield return (x, random.Next(3) == 0 ? Version(random) : Changed(x, random));
        }
    }

    private static string Version(Random random)
    {
        var text = new StringBuilder();
        if (random.Next(4) == 0)
            text.Append(CultureInfo.InvariantCulture, $"{random.Next(3)}:");
        text.Append(random.Next(20));
        Part(text, random, "0123456789abzAZ.+~");
        if (random.Next(2) == 0)
        {
            text.Append('-').Append(random.Next(10));
            Part(text, random, "0123456789abz.+~");
        }

        return text.ToString();
    }

    private static void Part(StringBuilder text, Random random, string alphabet)
    {
        for (var n = random.Next(6); n > 0; n--)
            text.Append(alphabet[random.Next(alphabet.Length)]);
    }

    private static string Changed(string version, Random random) =>
        version + new[] { "~", "+", "0", "1", "a", ".", "~1", "+b1", "a~" }[random.Next(9)];

    private static string Sign(int order) =>
        order < 0 ? "lt"
        : order > 0 ? "gt"
        : "eq";

    private static bool Dpkg(string left, string relation, string right)
    {
        var start = new ProcessStartInfo("dpkg") { RedirectStandardError = true };
        foreach (var argument in new[] { "--compare-versions", left, relation, right })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
