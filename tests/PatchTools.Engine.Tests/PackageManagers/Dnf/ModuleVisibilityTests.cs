using System.Text;
using PatchTools.Adapters.Toml;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Dnf;

/// <summary>What documents of module streams show and hide, as libdnf has it.</summary>
public sealed class ModuleVisibilityTests
{
    private static readonly IReadOnlyDictionary<string, ModuleState> Enabled = new Dictionary<string, ModuleState>
    {
        ["tool"] = new(ModuleStatus.Enabled, "1"),
    };

    [Fact]
    public void A_package_that_the_newest_document_calls_demodularized_is_no_longer_the_module_s()
    {
        var modules = Of(
            Document("1", 1, ["tool-0:1.1-1.x86_64", "lib-0:1.0-1.x86_64"]),
            Document("1", 2, ["lib-0:1.1-1.x86_64"]) with
            {
                Demodularized = ["tool"],
            }
        );
        Assert.Null(Hides(modules, "tool", "1.5-1"));
        Assert.Null(Hides(modules, "tool", "1.1-1"));
        Assert.Equal("an enabled module stream has it instead", Hides(modules, "lib", "1.5-1"));
        Assert.Null(Hides(modules, "lib", "1.0-1"));
    }

    [Fact]
    public void A_package_that_an_older_document_calls_demodularized_is_the_module_s_again()
    {
        var modules = Of(
            Document("1", 1, ["lib-0:1.0-1.x86_64"]) with
            {
                Demodularized = ["tool"],
            },
            Document("1", 2, ["tool-0:1.1-1.x86_64"])
        );
        Assert.Null(Hides(modules, "tool", "1.1-1"));
        Assert.Equal("an enabled module stream has it instead", Hides(modules, "tool", "1.5-1"));
    }

    [Fact]
    public void What_a_stream_that_is_not_active_calls_demodularized_stays_hidden_with_it()
    {
        var modules = Of(
            Document("1", 1, ["lib-0:1.0-1.x86_64"]),
            Document("2", 1, ["tool-0:2.0-1.x86_64", "lib-0:2.0-1.x86_64"]) with
            {
                Demodularized = ["tool"],
            }
        );
        Assert.Equal("module stream tool:2 is not enabled", Hides(modules, "tool", "2.0-1"));
        Assert.Equal("module stream tool:2 is not enabled", Hides(modules, "lib", "2.0-1"));
    }

    [Fact]
    public void The_module_state_of_dnf5_is_read()
    {
        using var root = new TemporaryDirectory();
        List<string> warnings = [];
        Assert.Empty(ModuleState.ReadDnf5(root.Path, new TomlReader(), warnings));
        File.WriteAllText(
            root.File("usr/lib/sysimage/libdnf5/modules.toml"),
            """
            version = "1.0"
            [modules]
            [modules.nodejs]
            enabled_stream = "20"
            installed_profiles = ["common"]
            state = "Enabled"
            [modules.perl]
            enabled_stream = ""
            installed_profiles = []
            state = "Disabled"
            [modules.ruby]
            enabled_stream = ""
            installed_profiles = []
            state = "Available"
            """
        );
        var states = ModuleState.ReadDnf5(root.Path, new TomlReader(), warnings);
        Assert.Equal(new ModuleState(ModuleStatus.Enabled, "20"), states["nodejs"]);
        Assert.Equal(ModuleStatus.Disabled, states["perl"].Status);
        Assert.Equal(ModuleStatus.Undecided, states["ruby"].Status);
        Assert.Empty(warnings);
        File.WriteAllText(root.File("usr/lib/sysimage/libdnf5/modules.toml"), "[modules");
        Assert.Empty(ModuleState.ReadDnf5(root.Path, new TomlReader(), warnings));
        Assert.Contains("modules.toml cannot be read", Assert.Single(warnings), StringComparison.Ordinal);
    }

    private static ModuleVisibility Of(params IReadOnlyList<ModuleDocument> documents) =>
        new([new ModuleDocuments(documents, [])], Enabled, "el9", "x86_64");

    private static ModuleDocument Document(string stream, ulong version, IReadOnlyList<string> artifacts) =>
        new()
        {
            Stream = new ModuleStream("tool", stream, "aaaa", "x86_64"),
            Version = version,
            Artifacts = artifacts,
        };

    private static string? Hides(ModuleVisibility modules, string name, string edition) =>
        modules.Hides(Encoding.UTF8.GetBytes(name), "x86_64"u8, Encoding.UTF8.GetBytes(edition), false);
}
