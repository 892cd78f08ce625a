using System.Text;
using CsCheck;
using PatchTools.Patterns;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.Evaluation.Patterns;

public sealed class PatternListTests
{
    [Fact]
    public void An_rpm_package_has_twelve_identity_strings() =>
        Assert.Equal(
            [
                "1.4",
                "1.4-7.el8",
                "2:1.4-7.el8",
                "2:tool-1.4-7.el8.x86_64",
                "tool",
                "tool-1.4",
                "tool-1.4-7.el8",
                "tool-1.4-7.el8.x86_64",
                "tool-2:1.4-7.el8",
                "tool-2:1.4-7.el8.x86_64",
                "tool.x86_64",
                "tool.x86_64:2:1.4-7.el8",
            ],
            Strings(Rpm("tool", "x86_64", "2:1.4-7.el8")).Order(StringComparer.Ordinal)
        );

    [Fact]
    public void The_epoch_is_written_also_when_it_is_zero() =>
        Assert.Contains("bash.x86_64:0:4.2.46-34.el7", Strings(Rpm("bash", "x86_64", "4.2.46-34.el7")));

    [Fact]
    public void A_debian_package_has_six() =>
        Assert.Equal(
            [
                "1:1.1.1f-1ubuntu2.9",
                "amd64:1:1.1.1f-1ubuntu2.9",
                "openssl",
                "openssl-1:1.1.1f-1ubuntu2.9",
                "openssl.amd64",
                "openssl.amd64:1:1.1.1f-1ubuntu2.9",
            ],
            Strings(Debian("openssl", "amd64", "1:1.1.1f-1ubuntu2.9")).Order(StringComparer.Ordinal)
        );

    [Fact]
    public void A_foreign_debian_package_has_its_architecture_in_the_name() =>
        Assert.Equal(
            ["2.31", "i386:2.31", "libc6:i386", "libc6:i386-2.31", "libc6:i386.i386", "libc6:i386.i386:2.31"],
            Strings(Debian("libc6", "i386", "2.31", isForeign: true)).Order(StringComparer.Ordinal)
        );

    [Theory]
    [InlineData("libfoo")]
    [InlineData("LIBFOO")]
    [InlineData("libfoo.x86_64")]
    [InlineData("libfoo-2.3")]
    [InlineData("2.3")]
    [InlineData("libfoo.x86_64:1:2.3-4.el9")]
    [InlineData("1:libfoo-2.3-4.el9.x86_64")]
    [InlineData("libfoo-1:2.3-4.el9.x86_64")]
    [InlineData("libfoo-1:2.3-4.el9")]
    [InlineData("1:2.3-4.el9")]
    [InlineData("libfoo*")]
    [InlineData("*.el9")]
    [InlineData("[l]ib*")]
    [InlineData("lib[!x]*")]
    [InlineData("lib???")]
    public void On_rpm_it_matches(string pattern) =>
        Assert.Equal(0, FirstMatch(PatternList.Of([pattern]), Rpm("libfoo", "x86_64", "1:2.3-4.el9")));

    [Theory]
    [InlineData("foo")]
    [InlineData("libfoo-4.el9")]
    [InlineData("libfoo.x86_64:1:2.3")]
    [InlineData("^lib.*")]
    [InlineData("lib[a-")]
    [InlineData("libfoo ")]
    [InlineData("")]
    public void On_rpm_it_does_not_match(string pattern) =>
        Assert.Equal(-1, FirstMatch(PatternList.Of([pattern]), Rpm("libfoo", "x86_64", "1:2.3-4.el9")));

    [Theory]
    [InlineData("BASH", true)]
    [InlineData("ba?h", true)]
    [InlineData("[ab]ash", true)]
    [InlineData("b[!x]sh", true)]
    [InlineData("bash[.]x86_64", true)]
    [InlineData("*.x86_64", true)]
    [InlineData("4.2.46*", true)]
    [InlineData("0:*", true)]
    [InlineData("bash-0:*", true)]
    [InlineData("34*", false)]
    [InlineData("b.sh", false)]
    [InlineData("ba+sh", false)]
    [InlineData("[]", false)]
    [InlineData("[x", false)]
    [InlineData("", false)]
    public void The_vectors_of_bash_come_out(string pattern, bool matches) =>
        Assert.Equal(matches, FirstMatch(PatternList.Of([pattern]), Rpm("bash", "x86_64", "4.2.46-34.el7")) == 0);

    [Theory]
    [InlineData("A", true)]
    [InlineData("a.AMD64", true)]
    [InlineData("a-1.0", true)]
    [InlineData("1.0", true)]
    [InlineData("amd64:1.0", true)]
    [InlineData("a.amd64:1.0", true)]
    [InlineData("a*", true)]
    [InlineData("?", true)]
    [InlineData("a.amd64:1.?", true)]
    [InlineData("[ab]", true)]
    [InlineData("[!b]", true)]
    [InlineData("a.*:1.0", true)]
    [InlineData("a.amd64-1.0", false)]
    [InlineData("a:amd64", false)]
    [InlineData("b", false)]
    [InlineData("", false)]
    public void The_vectors_of_apt_come_out(string pattern, bool matches) =>
        Assert.Equal(matches, FirstMatch(PatternList.Of([pattern]), Debian("a", "amd64", "1.0")) == 0);

    [Fact]
    public void The_first_entry_that_matches_is_named_whether_literal_or_glob()
    {
        var subject = Debian("bash", "amd64", "1.0");
        Assert.Equal(1, FirstMatch(PatternList.Of(["x", "b*", "bash", "*"]), subject));
        Assert.Equal(1, FirstMatch(PatternList.Of(["x", "bash", "b*"]), subject));
        Assert.Equal(2, FirstMatch(PatternList.Of(["x", "hsab", "bash.amd64", "bash", "BASH"]), subject));
        Assert.Equal(-1, FirstMatch(PatternList.Of([]), subject));
    }

    [Fact]
    public void An_entry_of_several_patterns_matches_when_all_do_each_by_another_string()
    {
        var subject = Rpm("tool", "x86_64", "2:1.4-7.el8");
        Assert.Equal(
            1,
            FirstMatch(
                PatternList.OfConjunctions([
                    ["tool.x86_64", "1.5*"],
                    ["tool.x86_64", "1.4-7*"],
                ]),
                subject
            )
        );
        Assert.Equal(
            -1,
            FirstMatch(
                PatternList.OfConjunctions([
                    ["tool", "other"],
                ]),
                subject
            )
        );
        Assert.Equal(
            0,
            FirstMatch(
                PatternList.OfConjunctions([
                    [],
                    ["tool"],
                ]),
                subject
            )
        );
    }

    [Fact]
    public void Names_of_any_length_and_script_are_matched_without_regard_to_case()
    {
        var longName = new string('ß', 400) + new string('É', 400);
        Assert.Equal(0, FirstMatch(PatternList.Of([longName.ToLowerInvariant()]), Rpm(longName, "x86_64", "1-1")));
        Assert.Equal(
            0,
            FirstMatch(PatternList.Of(["İSTANBUL-1".ToLowerInvariant()]), Rpm("İSTANBUL", "x86_64", "1-1"))
        );
    }

    [Fact]
    public void It_agrees_with_the_definition_on_strings()
    {
        var pattern = Gen.String[Gen.Char["abAB.:-1*?"], 0, 5];
        var name = Gen.String[Gen.Char["abAB"], 1, 3];
        var version = Gen.String[Gen.Char["1.:b-"], 1, 4];
        Gen.Select(Gen.Select(pattern, pattern, pattern), name, version)
            .ForAll(
                (patterns, n, v) =>
                {
                    string[] entries = [patterns.Item1, patterns.Item2, patterns.Item3];
                    var strings = new[] { n, $"{n}.a1", $"{n}-{v}", $"{n}.a1:{v}", $"a1:{v}", v }
                        .Select(s => s.ToLowerInvariant())
                        .ToList();
                    var expected = Array.FindIndex(
                        entries,
                        e =>
                            e.Length > 0
                            && strings.Exists(s =>
                                GlobPattern.Compile(e.ToLowerInvariant()).Matches(Encoding.UTF8.GetBytes(s))
                            )
                    );
                    return FirstMatch(PatternList.Of(entries), Debian(n, "a1", v)) == expected;
                },
                cases: 50_000
            );
    }

    private delegate IdentityStrings Subject(Span<byte> buffer, Span<(int, int)> forms);

    private static Subject Debian(string name, string architecture, string version, bool isForeign = false) =>
        (buffer, forms) =>
        {
            var strings = new IdentityStrings(buffer, forms);
            strings.SetDebian(Encoding.UTF8.GetBytes(name), architecture, isForeign, Encoding.UTF8.GetBytes(version));
            return strings;
        };

    private static Subject Rpm(string name, string architecture, string edition) =>
        (buffer, forms) =>
        {
            var strings = new IdentityStrings(buffer, forms);
            strings.SetRpm(Encoding.UTF8.GetBytes(name), architecture, Encoding.UTF8.GetBytes(edition));
            return strings;
        };

    private static int FirstMatch(PatternList list, Subject subject) =>
        list.FirstMatch(subject(new byte[IdentityStrings.UsualBytes], new (int, int)[IdentityStrings.MaxCount]));

    private static List<string> Strings(Subject subject)
    {
        var strings = subject(new byte[IdentityStrings.UsualBytes], new (int, int)[IdentityStrings.MaxCount]);
        List<string> result = [];
        for (var i = 0; i < strings.Count; i++)
            result.Add(Encoding.UTF8.GetString(strings[i]));
        return result;
    }
}
