using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PatchTools.Fleet;

namespace PatchTools.Completers;

/// <summary>Command documents that patch: the module's own and AWS's; any other text is taken too.</summary>
public sealed class PatchDocumentCompleter : IArgumentCompleter
{
    private static readonly string[] Documents =
    [
        FleetOperationRequest.DefaultDocument,
        "PatchTools-RunPatchBaselineWithHooks",
        "AWS-RunPatchBaseline",
    ];

    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) => Suggestions.StartingWith(wordToComplete, Documents);
}

/// <summary>Conditions on an instance's counts, <c>MissingCount&gt;0</c> for each count.</summary>
public sealed class PatchCountFilterCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) => Suggestions.StartingWith(wordToComplete, PatchCountFilter.Names.Select(name => name + ">0"));
}
