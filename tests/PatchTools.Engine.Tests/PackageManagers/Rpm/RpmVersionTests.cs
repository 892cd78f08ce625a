using System.Diagnostics;
using System.Globalization;
using CsCheck;
using PatchTools.Testing;
using PatchTools.Versions;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Rpm;

public sealed class RpmVersionTests
{
    /// <summary>
    /// Short texts over few characters meet each other's prefixes, tildes, carets and separators often.
    /// </summary>
    private static readonly Gen<string> _part = Gen.OneOf(
        Gen.String[Gen.Char["019abB.~^+_"], 0, 6],
        OneOf("1.0", "1.0~rc1", "1.0^20200101", "2.1.el9_2", "010", "10", "1.a", "20240101000000000000001", "~~", "^")
    );

    private static readonly Gen<string> _edition = Gen.Select(
        OneOf("", "", "", "0:", "1:", "00:", "10:"),
        _part,
        Gen.OneOf(Gen.Const(""), _part.Select(r => "-" + r)),
        (e, v, r) => e + v + r
    );

    [Theory]
    [InlineData("1.0", "1.0.0")]
    [InlineData("1.0", "1.0a")]
    [InlineData("1.0", "1.0.a")]
    [InlineData("1.0~rc1", "1.0")]
    [InlineData("1.0~rc1", "1.0~rc2")]
    [InlineData("1.0-~1", "1.0-1")]
    [InlineData("1.a", "1.1")]
    [InlineData("1.A", "1.a")]
    [InlineData("1.0", "1.0-1")]
    [InlineData("3.0-95.21.1", "3.0.2-95.24.1")]
    [InlineData("1.0-1.el8", "1.0-1.el8_2")]
    [InlineData("1.0", "1.0+git")]
    [InlineData("", "1")]
    [InlineData("9", "10")]
    [InlineData("1", "1.0")]
    [InlineData("1.0-1-2", "1.0-1-3")]
    [InlineData("4.4.5", "4.4.5-2.1")]
    [InlineData("99999999999999999999", "100000000000000000000")]
    public void Older_sorts_before_newer(string older, string newer)
    {
        Assert.Equal(-1, RpmVersion.Order.Compare(older, newer));
        Assert.Equal(1, RpmVersion.Order.Compare(newer, older));
    }

    [Theory]
    [InlineData("1.0", "1.0.")]
    [InlineData("001", "1")]
    [InlineData("1.010", "1.10")]
    [InlineData("1_0", "1.0")]
    [InlineData("1.0--1", "1.0-1")]
    [InlineData("", "")]
    [InlineData("0:1.0-1", "1.0-1")]
    [InlineData(":1.0-1", "1.0-1")]
    public void Equal_editions_in_other_spelling_are_equal(string left, string right) =>
        Assert.Equal(0, RpmVersion.Order.Compare(left, right));

    [Fact]
    public void No_edition_is_older_than_any()
    {
        Assert.Equal(-1, RpmVersion.Order.Compare(null, ""));
        Assert.Equal(1, RpmVersion.Order.Compare("", null));
        Assert.Equal(0, RpmVersion.Order.Compare(null, null));
    }

    [Theory]
    [InlineData("1.0-1", "1.0-1")]
    [InlineData("0:1.0-1", "1.0-1")]
    [InlineData("12:1.0-1", "1.0-1")]
    [InlineData(":1.0-1", "1.0-1")]
    [InlineData("a:1.0-1", "a:1.0-1")]
    [InlineData("12", "12")]
    public void An_edition_without_its_epoch_has_no_colon_of_it(string edition, string rest) =>
        Assert.Equal(rest, RpmVersion.WithoutEpoch(edition).ToString());

    [Theory]
    [InlineData("1:1.0-1", "2.0-1", 1)]
    [InlineData("2.0-1", "1:1.0-1", -1)]
    [InlineData("1:1.0-1", "01:1.0-1", 0)]
    [InlineData("2:1.0-1", "10:1.0-1", -1)]
    public void Quirk_epochs_are_compared_before_versions(string left, string right, int order) =>
        Assert.Equal(order, RpmVersion.Order.Compare(left, right));

    [Theory]
    [InlineData("1.0^", "1.0", 1)]
    [InlineData("1.0^20200101", "1.0.1", -1)]
    [InlineData("1.0^a", "1.0a", -1)]
    [InlineData("1.0^1", "1.0^2", -1)]
    [InlineData("1.0~rc1^1", "1.0~rc1", 1)]
    public void Quirk_a_caret_sorts_after_its_version_and_before_anything_longer(
        string left,
        string right,
        int order
    ) => Assert.Equal(order, RpmVersion.Order.Compare(left, right));

    [Theory]
    [InlineData("1.0~~", "1.0~", -1)]
    [InlineData("1~.1", "1~1", 0)]
    public void Quirk_tildes_are_compared_as_rpm_does(string left, string right, int order) =>
        Assert.Equal(order, RpmVersion.Order.Compare(left, right));

    [Fact]
    public void The_order_is_antisymmetric() =>
        Gen.Select(_edition, _edition)
            .ForAll((x, y) => RpmVersion.Order.Compare(x, y) == -RpmVersion.Order.Compare(y, x), cases: 20_000);

    /// <summary>
    /// Over texts of one kind: where only one side has a release, the comparison is of whole texts and no longer
    /// transitive.
    /// </summary>
    [Fact]
    public void The_order_is_transitive_among_versions_and_among_editions()
    {
        Transitive(_part.Select(p => "0:" + p));
        Transitive(Gen.Select(OneOf("", "", "0:", "1:"), _part, _part, (e, v, r) => $"{e}1{v}-{r}1"));
    }

    /// <summary>
    /// Pairs with a fixed seed, written to a Lua script and compared by one rpm process. Releases stand on both sides:
    /// without them rpm's own function answers another question.
    /// </summary>
    [Fact]
    public async Task The_order_agrees_with_rpm_on_ten_thousand_generated_pairs()
    {
        Rig.NeedsCommands("rpm");
        var random = new Random(20260701);
        const string Alphabet = "0011299abzAB..~~^^+_";
        string Part() =>
            string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
        string Edition() => (random.Next(4) == 0 ? random.Next(3) + ":" : "") + Part() + "-" + Part();
        var pairs = Enumerable
            .Range(0, 12_000)
            .Select(_ => Edition())
            .Select(x => (Left: x, Right: random.Next(3) == 0 ? Edition() : Mutated(x, random, Alphabet)))
            .ToList();

        using var folder = new TemporaryDirectory();
        var script = folder.File("pairs.lua");
        await File.WriteAllLinesAsync(
            script,
            [.. pairs.Select(p => $"io.stdout:write(rpm.vercmp('{p.Left}','{p.Right}'), '\\n')")],
            TestContext.Current.CancellationToken
        );
        using var rpm = Process.Start(
            new ProcessStartInfo("rpm")
            {
                ArgumentList = { "--eval", $"%{{lua: dofile('{script}')}}" },
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        var output = await rpm.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await rpm.WaitForExitAsync(TestContext.Current.CancellationToken);
        var answers = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(pairs.Count, answers.Length);
        var disagreements = pairs.Zip(
            answers,
            (p, rpmSays) =>
                (
                    p.Left,
                    p.Right,
                    RpmSays: rpmSays,
                    WeSay: RpmVersion.Order.Compare(p.Left, p.Right).ToString(CultureInfo.InvariantCulture)
                )
        );
        Assert.Empty(disagreements.Where(d => d.RpmSays != d.WeSay).Take(10));
    }

    private static void Transitive(Gen<string> editions) =>
        Gen.Select(editions, editions, editions)
            .ForAll(
                (x, y, z) =>
                {
                    string[] sorted = [x, y, z];
                    Array.Sort(sorted, RpmVersion.Order);
                    return RpmVersion.Order.Compare(sorted[0], sorted[1]) <= 0
                        && RpmVersion.Order.Compare(sorted[1], sorted[2]) <= 0
                        && RpmVersion.Order.Compare(sorted[0], sorted[2]) <= 0;
                },
                cases: 20_000
            );

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static string Mutated(string edition, Random random, string alphabet)
    {
        var place = random.Next(edition.IndexOf(':', StringComparison.Ordinal) + 1, edition.Length);
        var letter = alphabet[random.Next(alphabet.Length)].ToString();
        return edition[place] == '-' || random.Next(2) == 0
            ? edition.Insert(place + 1, letter)
            : edition[..place] + letter + edition[(place + 1)..];
    }
}
