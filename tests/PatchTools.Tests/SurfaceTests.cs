using System.Management.Automation;
using System.Text;
using PatchTools.Errors;

namespace PatchTools.Tests;

public sealed class SurfaceTests
{
    private static readonly string[] CommonParameters =
    [
        .. Cmdlet.CommonParameters,
        .. Cmdlet.OptionalCommonParameters,
    ];

    [Fact]
    public void The_manifest_exports_exactly_the_cmdlets_of_the_assembly()
    {
        using var session = new Session();
        Assert.Equal(
            Surface.Cmdlets.Select(Surface.NameOf),
            session.Run("(Get-Module PatchTools).ExportedCmdlets.Keys").Cast<string>().Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            ["0", "0", "0"],
            session
                .Run(
                    "$m = Get-Module PatchTools; [string]$m.ExportedFunctions.Count; "
                        + "[string]$m.ExportedAliases.Count; [string]$m.ExportedVariables.Count"
                )
                .Cast<string>()
        );
    }

    [Fact]
    public void The_manifest_is_valid()
    {
        using var session = new Session();
        Assert.Equal(
            ["PatchTools"],
            session.Run("(Test-ModuleManifest $args[0] -ErrorAction Stop).Name", StagedModule.Manifest).Cast<string>()
        );
    }

    /// <summary>What is staged is what is packed.</summary>
    [Fact]
    public void Only_files_that_belong_to_the_module_are_staged() =>
        Assert.All(
            Directory
                .EnumerateFiles(StagedModule.Folder, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(StagedModule.Folder, path)),
            file =>
                Assert.Matches(
                    @"^(PatchTools\.psd1|PatchTools\.(Format|Texts|Types)\.ps1xml|LICENSE|CHANGELOG\.md|"
                        + @"bin/PatchTools(\.Engine|\.Foundation)?\.dll|"
                        + @"bin/adapters/([\w.]+\.dll|PatchTools\.Adapters\.deps\.json)|"
                        + @"documents/PatchTools-\w+\.yaml|en-US/(PatchTools\.dll-Help\.xml|about_\w+\.help\.txt))$",
                    file
                )
        );

    [Fact]
    public void Every_verb_is_approved()
    {
        var approved = typeof(VerbsCommon)
            .Assembly.GetExportedTypes()
            .Where(type => type.Name.StartsWith("Verbs", StringComparison.Ordinal))
            .SelectMany(type => type.GetFields())
            .Select(field => (string)field.GetValue(null)!)
            .ToHashSet();
        Assert.All(Surface.Cmdlets, cmdlet => Assert.Contains(Surface.Attribute(cmdlet).VerbName, approved));
    }

    [Fact]
    public void Every_cmdlet_is_sealed_named_by_its_verb_and_noun_and_says_what_it_writes() =>
        Assert.All(
            Surface.Cmdlets,
            cmdlet =>
            {
                var attribute = Surface.Attribute(cmdlet);
                Assert.True(cmdlet.IsSealed);
                Assert.Equal($"PatchTools.Commands.{attribute.VerbName}{attribute.NounName}Command", cmdlet.FullName);
                Assert.False(string.IsNullOrEmpty(attribute.DefaultParameterSetName));
                Assert.NotEmpty(cmdlet.GetCustomAttributes(typeof(OutputTypeAttribute), inherit: false));
            }
        );

    [Fact]
    public void Only_cmdlets_that_write_outside_the_pipeline_ask_for_confirmation_and_never_by_default()
    {
        var asking = Surface.Cmdlets.Where(cmdlet => Surface.Attribute(cmdlet).SupportsShouldProcess).ToList();
        Assert.Equal(
            [
                "Export-PatchBaseline",
                "Export-PatchInventory",
                "Export-PatchReport",
                "Invoke-PatchBaseline",
                "Publish-PatchSummary",
                "Save-PatchPayload",
                "Start-PatchFleetOperation",
            ],
            asking.Select(Surface.NameOf)
        );
        Assert.All(asking, cmdlet => Assert.Equal(ConfirmImpact.Medium, Surface.Attribute(cmdlet).ConfirmImpact));
    }

    [Fact]
    public void No_parameter_set_takes_two_things_from_the_pipeline()
    {
        using var session = new Session();
        Assert.All(
            Surface.Cmdlets.Select(Surface.NameOf),
            name =>
                Assert.All(
                    ((CmdletInfo)session.Run("Get-Command $args[0]", name)[0]!).ParameterSets,
                    set =>
                        Assert.True(
                            set.Parameters.Count(parameter => parameter.ValueFromPipeline) <= 1,
                            $"{name} {set.Name}"
                        )
                )
        );
    }

    [Fact]
    public void Parameters_are_singular_and_none_is_a_Boolean()
    {
        string[] words =
        [
            "As",
            "ApprovedPatchesComplianceLevel",
            "ApprovedPatchesEnableNonSecurity",
            "RejectedPatchesAction",
            "ApproveAfterDays",
            "MaxErrors",
        ];
        Assert.All(
            Surface
                .Cmdlets.SelectMany(cmdlet => cmdlet.GetProperties())
                .Where(property => property.IsDefined(typeof(ParameterAttribute), inherit: true)),
            property =>
            {
                Assert.NotEqual(typeof(bool), property.PropertyType);
                Assert.True(
                    words.Contains(property.Name)
                        || !property.Name.EndsWith('s')
                        || property.Name.EndsWith("ss", StringComparison.Ordinal),
                    property.Name
                );
            }
        );
    }

    [Fact]
    public void The_public_surface_is_as_approved()
    {
        using var session = new Session();
        var text = new StringBuilder();
        foreach (var name in Surface.Cmdlets.Select(Surface.NameOf))
        {
            var command = (CmdletInfo)session.Run("Get-Command $args[0]", name)[0]!;
            text.Append(name)
                .Append(" -> ")
                .AppendJoin(", ", command.OutputType.Select(type => type.Name))
                .Append('\n');
            foreach (var set in command.ParameterSets.OrderBy(set => set.Name, StringComparer.Ordinal))
            {
                text.Append("  ").Append(set.Name).Append(set.IsDefault ? " (default)" : "").Append('\n');
                foreach (
                    var parameter in set
                        .Parameters.Where(parameter => !CommonParameters.Contains(parameter.Name))
                        .OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
                )
                {
                    text.Append("    -")
                        .Append(parameter.Name)
                        .Append(' ')
                        .Append(parameter.ParameterType.Name)
                        .Append(parameter.IsMandatory ? ", mandatory" : "")
                        .Append(parameter.Position >= 0 ? $", position {parameter.Position}" : "")
                        .Append(parameter.ValueFromPipeline ? ", from the pipeline" : "")
                        .Append(parameter.ValueFromPipelineByPropertyName ? ", from properties" : "")
                        .Append('\n');
                }
            }
        }

        Approval.Matches("surface", text.ToString());
    }

    [Fact]
    public void The_page_of_exit_codes_lists_exactly_the_error_table()
    {
        var path = Path.Combine(
            StagedModule.RepositoryRoot,
            "module",
            "docs",
            "en-US",
            "about_PatchTools_ExitCodes.md"
        );
        List<string> page = [.. File.ReadAllLines(path)];
        var start = page.IndexOf("| id | exit code | what to do |") + 2;
        List<string> rows = [.. page.Skip(start).TakeWhile(line => line.StartsWith('|'))];
        List<string> table =
        [
            .. PatchErrors.All.Select(error =>
                $"| {error.Id} | {error.ExitCode} | "
                + $"{error.RecommendedAction.Replace("|", "\\|", StringComparison.Ordinal)} |"
            ),
        ];
        if (Approval.IsWriting)
            File.WriteAllLines(path, [.. page.Take(start), .. table, .. page.Skip(start + rows.Count)]);
        else
            Assert.Equal(table, rows);
    }

    [Fact]
    public void Every_error_has_a_category_and_a_cure_that_ends_like_a_sentence() =>
        Assert.All(
            PatchErrors.All,
            error =>
            {
                Assert.NotEqual(ErrorCategory.NotSpecified, ErrorRecords.Category(error.Category));
                Assert.EndsWith(".", error.RecommendedAction, StringComparison.Ordinal);
            }
        );

    [Fact]
    public void The_page_of_exit_codes_is_staged_where_Get_Help_finds_it() =>
        Assert.True(File.Exists(Path.Combine(StagedModule.Folder, "en-US", "about_PatchTools_ExitCodes.help.txt")));
}
