// Of the gateway's properties; what they are for is in docs/gateways/azure-application-gateway.md.
rewriteRuleSets: [
  {
    name: 'client-cert-set'
    properties: {
      rewriteRules: [
        {
          name: 'set-client-cert'
          ruleSequence: 100
          conditions: []
          actionSet: {
            requestHeaderConfigurations: [
              { headerName: 'X-Client-Cert', headerValue: '{var_client_certificate}' }
            ]
            responseHeaderConfigurations: []
          }
        }
      ]
    }
  }
  {
    name: 'client-cert-empty'
    properties: {
      rewriteRules: [
        {
          name: 'empty-client-cert'
          ruleSequence: 100
          conditions: []
          actionSet: {
            requestHeaderConfigurations: [
              { headerName: 'X-Client-Cert', headerValue: '' }
            ]
            responseHeaderConfigurations: []
          }
        }
      ]
    }
  }
]
