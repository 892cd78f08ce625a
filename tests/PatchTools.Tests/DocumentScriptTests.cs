using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Text.RegularExpressions;

namespace PatchTools.Tests;

/// <summary>
/// The script of the command document, held against the language. What it does is tried in a throw-away Debian.
/// </summary>
public sealed partial class DocumentScriptTests
{
    /// <summary>
    /// Engine commands that every host of the engine has; all others of the script are its own functions and the
    /// module's cmdlets.
    /// </summary>
    private static readonly string[] EngineCommands = ["Get-Module", "Import-Module"];

    [Fact]
    public void The_script_needs_the_language_NET_and_the_module_only()
    {
        var script = Parser.ParseInput(ScriptOf("PatchTools-RunPatchBaseline"), out _, out var errors);

        Assert.Empty(errors);
        var own = script
            .FindAll(ast => ast is FunctionDefinitionAst, searchNestedScriptBlocks: true)
            .Cast<FunctionDefinitionAst>()
            .Select(function => function.Name);
        string[] known = [.. own, .. EngineCommands, .. Surface.Cmdlets.Select(Surface.NameOf)];
        Assert.All(
            script.FindAll(ast => ast is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>(),
            command => Assert.Contains(command.GetCommandName(), known)
        );
        Assert.EndsWith(
            """catch { "$_"; exit ($_.Exception.ExitCode ?? 1) }""",
            script.Extent.Text.TrimEnd(),
            StringComparison.Ordinal
        );
    }

    /// <summary>
    /// Each text that a parameter accepts is put into the script as an agent does that substitutes, and given as an
    /// agent does that makes variables. The module is played by functions that keep what arrives.
    /// </summary>
    [Theory]
    [InlineData("PatchTools-RunPatchBaseline")]
    [InlineData("PatchTools-RunPatchBaselineWithHooks")]
    [InlineData("PatchTools-PatchTargets")]
    public void Every_text_that_a_parameter_accepts_arrives_as_that_text_and_is_never_run(string document)
    {
        var script = ScriptOf("PatchTools-RunPatchBaseline");
        var parameters = HostileParameters.Of(document);
        Assert.Equal(
            document switch
            {
                "PatchTools-RunPatchBaseline" => 7,
                "PatchTools-PatchTargets" => 11,
                _ => 9,
            },
            parameters.Count
        );
        using var runspace = RunspaceFactory.CreateRunspace(
            new RecordingHost(100, colours: false),
            InitialSessionState.CreateDefault2()
        );
        runspace.Open();
        Invoke(runspace, Module);
        foreach (var parameter in parameters)
        {
            var accepted = HostileParameters.Texts(seed: 14, count: 4000).Where(parameter.Accepts).Distinct().ToList();
            Assert.InRange(accepted.Count, 2, 4000);
            foreach (var text in accepted)
            {
                Assert.True(IsHarmless(text.TrimEnd('\n')), $"{parameter.Name} accepts {text}");
                if (!script.Contains($"{{{{ {parameter.Name} }}}}", StringComparison.Ordinal))
                    continue;
                Assert.Equal(text, Arrived(runspace, WithTexts(script, parameter.Name, text), parameter.Name));
                if (text.Contains('\0', StringComparison.Ordinal))
                    continue;
                Environment.SetEnvironmentVariable("SSM_" + parameter.Name, text.Length == 0 ? null : text);
                try
                {
                    var older = text.Length == 0 ? "" : "left out";
                    Assert.Equal(text, Arrived(runspace, WithTexts(script, parameter.Name, older), parameter.Name));
                }
                finally
                {
                    Environment.SetEnvironmentVariable("SSM_" + parameter.Name, null);
                }
            }
        }
    }

    private const string Module = """
        $global:arrived = $null
        $global:pwned = 0
        function global:Get-Module {
            [pscustomobject]@{ ExportedCommands = @{ 'Invoke-PatchBaseline' = 1 }; Version = $given.PayloadVersion; Path = 'PatchTools.psd1' }
        }
        function global:Import-Module { }
        function global:Invoke-PatchBaseline {
            [CmdletBinding()]
            param($Operation, $SnapshotId, $InstallOverrideList, $BaselineOverride, $RebootOption)
            $global:arrived = @{
                SnapshotId = $SnapshotId; InstallOverrideList = $InstallOverrideList; BaselineOverride = $BaselineOverride
                PayloadBucket = $bucket; PayloadKeyPrefix = $keyPrefix; PayloadVersion = $version; PayloadSha256 = $sha256
            }
            [pscustomobject]@{ ExitCode = 0 }
        }
        """;

    private static bool IsHarmless(string text) =>
        text.All(c => !char.IsControl(c) && c is not ('\'' or '"' or '`' or '$' or (>= '\u2018' and <= '\u201f')));

    private static string WithTexts(string script, string parameter, string text) =>
        Placeholder()
            .Replace(script, match => match.Groups[1].Value == parameter ? text : Innocent(match.Groups[1].Value));

    private static string Innocent(string parameter) =>
        parameter switch
        {
            "Operation" => "Scan",
            "RebootOption" => "NoReboot",
            _ => "",
        };

    private static string? Arrived(Runspace runspace, string script, string parameter)
    {
        Invoke(runspace, script);
        Assert.Equal(0, runspace.SessionStateProxy.GetVariable("pwned"));
        return ((System.Collections.Hashtable)runspace.SessionStateProxy.GetVariable("arrived"))[parameter]?.ToString();
    }

    private static void Invoke(Runspace runspace, string script)
    {
        runspace.SessionStateProxy.SetVariable("arrived", null);
        using var shell = PowerShell.Create();
        shell.Runspace = runspace;
        shell.AddScript(script, useLocalScope: true).Invoke();
        Assert.Empty(shell.Streams.Error);
    }

    [GeneratedRegex(@"\{\{ (\w+) \}\}")]
    private static partial Regex Placeholder();

    /// <summary>
    /// The last block of text of the document. No library reads it here: a test of this project asserts that none is
    /// loaded.
    /// </summary>
    private static string ScriptOf(string document)
    {
        var lines = File.ReadAllLines(Path.Combine(StagedModule.Folder, "documents", document + ".yaml"));
        var start = Array.FindLastIndex(lines, line => line.Trim() == "- |") + 1;
        var margin = lines[start].Length - lines[start].TrimStart().Length;
        return string.Join('\n', lines.Skip(start).Select(line => line.Length > margin ? line[margin..] : ""));
    }
}
