using System.Management.Automation;
using PatchTools.Testing;

namespace PatchTools.Tests.Commands;

[Collection(PatchTools.Tests.Conformance.ProcessEnvironment.Name)]
public sealed class CompleterTests
{
    [Fact]
    public void Regions_complete_without_the_network() =>
        Assert.Equal(["eu-central-1", "eu-central-2"], Completions("Get-PatchSnapshot -Region eu-c"));

    [Fact]
    public void Profiles_complete_from_both_files_of_the_shared_configuration()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(
            folder.File("config"),
            "[default]\nregion = eu-west-1\n[profile build farm]\n[sso-session x]\n# [profile not]\n"
        );
        File.WriteAllText(folder.File("credentials"), "[ops]\naws_access_key_id = AKIDEXAMPLE\n[default]\n");
        using var set = new Variables(
            ("AWS_CONFIG_FILE", folder.File("config")),
            ("AWS_SHARED_CREDENTIALS_FILE", folder.File("credentials"))
        );
        Assert.Equal(["'build farm'", "default", "ops"], Completions("Get-PatchSnapshot -ProfileName "));
        Assert.Equal(["'build farm'"], Completions("Get-PatchSnapshot -ProfileName 'bu"));
    }

    [Fact]
    public void Missing_files_complete_nothing_and_fail_nothing()
    {
        using var set = new Variables(
            ("AWS_CONFIG_FILE", "/nonexistent/config"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials")
        );
        Assert.DoesNotContain("default", Completions("Get-PatchSnapshot -ProfileName "));
    }

    [Fact]
    public void Paths_complete_nothing_and_fail_nothing_where_the_shell_has_no_file_commands() =>
        Assert.Empty(Completions("Get-PatchSnapshot -Path /nonexistent/"));

    [Theory]
    [InlineData("New-PatchApprovalRule -Severity M", "Medium", "Moderate")]
    [InlineData("New-PatchApprovalRule -Classification 'Sec", "'Security'")]
    [InlineData("New-PatchApprovalRule -Priority op", "Optional")]
    [InlineData("New-PatchApprovalRule -Section lib", "libdevel", "libs")]
    [InlineData("New-PatchApprovalRule -Product Debian1", "Debian11", "Debian12")]
    [InlineData("New-PatchBaseline x -OperatingSystem ro", "ROCKY_LINUX")]
    [InlineData("New-PatchBaseline x -ApprovedPatch 'no such/package*", new string[0])]
    public void Open_sets_complete_what_is_published(string line, params string[] expected) =>
        Assert.Equal(expected.Order(StringComparer.Ordinal), Completions(line).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("Invoke-PatchBaseline -Operation ", "Scan", "Install")]
    [InlineData("Invoke-PatchBaseline Scan -RebootOption ", "NoReboot", "RebootIfNeeded")]
    [InlineData("Invoke-PatchBaseline Scan -As ", "Detail", "Summary")]
    public void Closed_sets_complete_by_themselves(string line, params string[] expected) =>
        Assert.Equal(expected.Order(), Completions(line).Order());

    [Fact]
    public void Conditions_and_documents_of_a_fleet_complete_without_the_network()
    {
        Assert.Equal(["'MissingCount>0'"], Completions("Get-PatchFleetCompliance -Filter Mis"));
        Assert.Equal(["AWS-RunPatchBaseline"], Completions("Start-PatchFleetOperation Scan -DocumentName AWS"));
    }

    private static IEnumerable<string> Completions(string line)
    {
        using var session = new Session();
        using var shell = session.Shell();
        return
        [
            .. CommandCompletion
                .CompleteInput(line, line.Length, options: null, shell)
                .CompletionMatches.Select(match => match.CompletionText),
        ];
    }

    /// <summary>Environment variables for the time of one test; completers have no other way to be told.</summary>
    private sealed class Variables : IDisposable
    {
        private readonly (string Name, string? Value)[] _before;

        public Variables(params (string Name, string Value)[] variables)
        {
            _before =
            [
                .. variables.Select(variable => (variable.Name, Environment.GetEnvironmentVariable(variable.Name))),
            ];
            foreach (var (name, value) in variables)
                Environment.SetEnvironmentVariable(name, value);
        }

        public void Dispose()
        {
            foreach (var (name, value) in _before)
                Environment.SetEnvironmentVariable(name, value);
        }
    }
}
