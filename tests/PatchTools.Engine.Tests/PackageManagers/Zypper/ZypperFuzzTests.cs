using System.Text;
using PatchTools.Engine.Tests.PackageManagers.Rpm;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Zypper.Commands;
using PatchTools.Families.Zypper.Planning;
using PatchTools.Families.Zypper.Reading;
using PatchTools.Families.Zypper.Refresh;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Zypper;

/// <summary>
/// Damaged input of every parser of zypper's world: a result or a typed error, in bounded time and memory. Seed and
/// cases as in <see cref="RpmFuzzTests"/>.
/// </summary>
public sealed class ZypperFuzzTests
{
    private const string Repo =
        "[main]\nsolver.allowVendorChange = true\n\n[SLE:Updates/x]\nname=Updates\nenabled=1\nautorefresh=1\nbaseurl=https://a.example/?token\npriority=10\npath=/sub\ntype=rpm-md\ngpgcheck=1\n";

    private const string Locks =
        "\ntype: package\nversion: == 2.0-1\nmatch_type: glob\ncase_sensitive: on\nsolvable_name: "
        + "h[a-z]*\n\n\nrepo: one\ntype: package\nmatch_type: regex\nsolvable_name: ^kernel-(default|rt)$\n\n";

    public static TheoryData<string> Answers =>
        [ZypperOutputTests.Summary, ZypperOutputTests.Conflict, ZypperOutputTests.Locked];

    [Theory]
    [MemberData(nameof(Answers))]
    public void Answers_of_the_resolver(string answer)
    {
        var target = new PatchTarget
        {
            Name = "c",
            Architecture = "noarch",
            Edition = "2.0-1",
            Id = "c.noarch",
        };
        RpmFuzzTests.Fuzz(
            answer,
            bytes =>
            {
                var read = ZypperAnswer.Parse(
                    answer == ZypperOutputTests.Summary ? 0 : 4,
                    Encoding.UTF8.GetString(bytes),
                    ""
                );
                Assert.NotEmpty(read.Reason(target));
                Assert.True(read.HasSolution || read.Changes.Count == 0);
                read.Blames(target);
                read.Mentions("g");
            }
        );
    }

    [Fact]
    public void Answers_of_a_refresh() =>
        RpmFuzzTests.Fuzz(
            ZypperOutputTests.Refresh,
            bytes =>
                ZypperRefresh.Failures(
                    Encoding.UTF8.GetString(bytes),
                    [
                        new ZypperRepository
                        {
                            Alias = "dead",
                            Name = "Dead one",
                            DefinedIn = "x",
                        },
                    ]
                )
        );

    [Fact]
    public void Transcripts() =>
        RpmFuzzTests.Fuzz(
            ZypperOutputTests.Transaction,
            bytes => ZypperTranscript.Parse(Encoding.UTF8.GetString(bytes))
        );

    [Fact]
    public void Repository_files() =>
        RpmFuzzTests.Fuzz(
            Repo,
            bytes =>
            {
                foreach (var section in IniFile.Parse(Encoding.UTF8.GetString(bytes)))
                {
                    if (ZypperRepository.From(section, new IniSection("main"), "fuzz") is { } repository)
                        Assert.DoesNotContain('/', repository.CacheFolder);
                }
            }
        );

    [Fact]
    public void Lock_files() =>
        RpmFuzzTests.Fuzz(
            Locks,
            bytes =>
            {
                foreach (var entry in PackageLocks.Parse(Encoding.UTF8.GetString(bytes), "fuzz", []))
                    entry.MatchesOffer("kernel-default", "5.14.21-150500.55.39.1", "one");
            }
        );
}
