using System.Text;
using PatchTools.Errors;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Dnf.Refresh;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Families.Rpm.Reading;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Rpm;

/// <summary>
/// Damaged input of every parser of the rpm world: a result or a typed error, in bounded time and memory. Seed
/// 20261126, 10 000 cases each.
/// </summary>
public sealed class RpmFuzzTests
{
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("PATCHTOOLS_SEED"), out var seed)
        ? seed
        : 20261126;

    private const int Cases = 10_000;

    private const string Repo =
        "[main]\ncachedir=/var/cache/dnf\nexcludepkgs=kernel* php-*\n\n[base]\nname=Base $releasever - ${basearch}\nbaseurl=https://a.example/$releasever\n  https://b.example/\nenabled=1\npriority=10\ncost=500\nincludepkgs=a,b c\n";

    private const string Locks =
        "# Added lock on Fri\nbash-0:5.1.8-6.el9.*\n!kernel-0:5.14.0-70.el9.x86_64\n2:vim-8.0-1.*\n";

    [Fact]
    public void Primary_lists() =>
        Fuzz(
            RepositoryMetadataTests.Primary,
            bytes => PrimaryReader.Read(new MemoryStream(bytes), "fuzz", new RepositoryMetadataTests.PackageLines())
        );

    [Fact]
    public void Advisory_lists() =>
        Fuzz(
            RepositoryMetadataTests.UpdateInfo,
            bytes => UpdateInfoReader.Read(new MemoryStream(bytes), "fuzz", new RepositoryMetadataTests.AdvisoryLines())
        );

    [Fact]
    public void Tables_of_contents() =>
        Fuzz(
            RepositoryMetadataTests.RepomdText,
            bytes =>
            {
                foreach (var entry in RepomdReader.Read(new MemoryStream(bytes), "fuzz").Entries.Values)
                    Assert.DoesNotContain("..", entry.Location.Split('/'));
            }
        );

    [Fact]
    public void Module_documents() =>
        Fuzz(
            RepositoryMetadataTests.Modules,
            bytes =>
            {
                var documents = ModuleDocumentReader.Read(new MemoryStream(bytes), "fuzz");
                var visibility = new ModuleVisibility(
                    [documents],
                    new Dictionary<string, ModuleState>(),
                    "el8",
                    "x86_64"
                );
                visibility.Hides("npm"u8, "x86_64"u8, "1:8.19.2-1.18.12.1.2.module+el8.7.0+17306+fc023f99"u8, false);
            }
        );

    [Fact]
    public void Answers_of_rpm() =>
        Fuzz(
            "r-epoch\u001fx86_64\u001f1\u001f1.0\u001f1\u001f1767916800\u001f1767225600\u001fSUSE "
                + "LLC\u001egpg-pubkey\u001f(none)\u001f0\u001f8483c65d\u001f5ccc5b19\u001f1556896537\u001f"
                + "1556896537\u001f(none)\u001e",
            bytes =>
            {
                foreach (var package in RpmQuery.Installed(Encoding.UTF8.GetString(bytes)))
                    Assert.NotEmpty(package.Name);
            }
        );

    [Fact]
    public void Answers_of_rpm_about_the_release() =>
        Fuzz(
            "no package provides "
                + "distribution-release\nsystem-release\u001f2023.3\u001fsystem-release\u001c8\u001c"
                + "2023.3.20240108-1\u001dsystem-release(releasever)\u001c8\u001c2023.3.20240108\u001d\u001e",
            bytes => RpmQuery.ReleaseVersion(Encoding.UTF8.GetString(bytes))
        );

    [Fact]
    public void Configuration_files() =>
        Fuzz(
            Repo,
            bytes =>
            {
                var variables = new DnfVariables(
                    new Dictionary<string, string> { ["releasever"] = "9.4", ["basearch"] = "x86_64" }
                );
                foreach (var section in IniFile.Parse(Encoding.UTF8.GetString(bytes)))
                {
                    if (
                        DnfRepository.From(section, new IniSection("main"), variables, DnfTool.Dnf4, true, "fuzz") is
                        { } repository
                    )
                        Assert.NotEmpty(repository.CacheName(DnfTool.Dnf4));
                }
            }
        );

    [Fact]
    public void Package_expressions() =>
        Fuzz(
            Locks,
            bytes =>
            {
                foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n'))
                {
                    foreach (var form in PackageSpec.Parse(line).Forms)
                        form.Matches("bash"u8, "x86_64"u8, "5.1.8-6.el9"u8);
                }
            }
        );

    [Fact]
    public void Answers_of_a_refresh() =>
        Fuzz(
            "Errors during downloading metadata for repository 'dead':\n  - Curl error (37): Couldn't read a "
                + "file\nError: Failed to download metadata for repo 'dead': Cannot download repomd.xml\nIgnoring "
                + "repositories: dead\n",
            bytes => DnfRefresh.Failures(Encoding.UTF8.GetString(bytes))
        );

    internal static void Fuzz(string valid, Action<byte[]> parse)
    {
        var random = new Random(Seed);
        var original = Encoding.UTF8.GetBytes(valid);
        parse(original);
        var (read, refused) = (0, 0);
        for (var i = 0; i < Cases; i++)
        {
            var bytes = Damage(original, random);
            try
            {
                parse(bytes);
                read++;
            }
            catch (PatchToolsException)
            {
                // A typed error is an answer.
                refused++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Case {i} of seed {Seed}: {Convert.ToBase64String(bytes)}", e);
            }
        }

        // A parser that refuses everything would be none.
        TestContext.Current.TestOutputHelper?.WriteLine($"Seed {Seed}: {read} read, {refused} refused.");
        Assert.True(read > Cases / 50, $"Of {Cases} damaged texts {read} are read, {refused} are refused.");
    }

    private static byte[] Damage(byte[] original, Random random)
    {
        List<byte> bytes = [.. original];
        for (var changes = random.Next(1, 8); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 30), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 60), bytes.Count - at)));
                    break;
                case 3:
                    bytes.Insert(at, (byte)"\n :,[]{}<>/='\"&;$-\0"[random.Next(19)]);
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)'9', random.Next(1, 400)));
                    break;
            }
        }

        return [.. bytes];
    }
}
