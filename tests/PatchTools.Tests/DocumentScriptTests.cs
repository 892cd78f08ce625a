using System.Management.Automation.Language;

namespace PatchTools.Tests;

/// <summary>The script of the command document, held against the language. What it does is tried in a throw-away Debian.</summary>
public sealed class DocumentScriptTests
{
    /// <summary>Engine commands that every host of the engine has; all others of the script are its own functions and the module's cmdlets.</summary>
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

    /// <summary>The last block of text of the document. No library reads it here: a test of this project asserts that none is loaded.</summary>
    private static string ScriptOf(string document)
    {
        var lines = File.ReadAllLines(Path.Combine(StagedModule.Folder, "documents", document + ".yaml"));
        var start = Array.FindLastIndex(lines, line => line.Trim() == "- |") + 1;
        var margin = lines[start].Length - lines[start].TrimStart().Length;
        return string.Join('\n', lines.Skip(start).Select(line => line.Length > margin ? line[margin..] : ""));
    }
}
